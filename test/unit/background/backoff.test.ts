import { describe, expect, it } from 'vitest'
import { Backoff, chanceOf } from '../../../src/background/backoff.ts'
import {
  AuthError,
  ConnectionError,
  ConnectionLostError,
  ExecError,
  MaxBufferError,
  ProtocolError,
  StatusError,
  TimeoutError,
  UpgradeError,
} from '../../../src/errors.ts'

const status = new StatusError('ERR_STATUS', '')
const kubelet = 'the server answered 404 Not Found: pod does not exist'

describe('the chance of another try', () => {
  it.each([
    [new ConnectionLostError('ERR_CONNECTION_LOST', '', { closeCode: 1006 }), 'heard'],
    [new TimeoutError('ERR_TIMEOUT', ''), 'heard'],
    [new ConnectionError('ERR_CONNECTION_REFUSED', ''), 'away'],
    [new UpgradeError('ERR_UPGRADE_REFUSED', '', { httpStatus: 429 }), 'away'],
    [new UpgradeError('ERR_UPGRADE_REFUSED', '', { httpStatus: 503 }), 'away'],
    [new UpgradeError('ERR_UPGRADE_REFUSED', '', { httpStatus: 403 }), null],
    [new UpgradeError('ERR_UPGRADE_REFUSED', '', { httpStatus: 404 }), null],
    // Of the kubelet, which has just been restarted; and of the API server.
    [new UpgradeError('ERR_UPGRADE_REFUSED', kubelet, { httpStatus: 404 }), 'away'],
    [new UpgradeError('ERR_UPGRADE_REFUSED', kubelet, { httpStatus: 404, status: {} }), null],
    [new ExecError('ERR_BACKGROUND_REPLY', '', { exitCode: 137 }), 'failed'],
    [new ExecError('ERR_BACKGROUND_REPLY', '', { exitCode: 1 }), null],
    [status, 'failed'],
    [new StatusError('ERR_SHELL_NOT_FOUND', ''), null],
    [new MaxBufferError('ERR_MAX_BUFFER', ''), null],
    [new ProtocolError('ERR_PROTOCOL', ''), null],
    [new AuthError('ERR_PLUGIN_FAILED', ''), null],
    [new TypeError(), null],
  ])('%o: %s', (error, chance) => {
    expect(chanceOf(error)).toBe(chance)
  })

  it('ends when a runtime fails five times in a row', () => {
    const backoff = new Backoff()
    for (let i = 0; i < 4; i++) backoff.check(status)
    backoff.answered()
    for (let i = 0; i < 4; i++) backoff.check(status)
    expect(() => backoff.check(status)).toThrow(status)
  })
})

it('waits longer each time', async () => {
  const backoff = new Backoff()
  const start = performance.now()
  await backoff.wait(undefined)
  await backoff.wait(undefined)
  expect(performance.now() - start).toBeGreaterThanOrEqual(245)
})

it('ends with its signal, and leaves no listener', async () => {
  const abort = new AbortController()
  const waiting = new Backoff().wait(abort.signal)
  abort.abort('enough')
  await expect(waiting).rejects.toBe('enough')
  await expect(new Backoff().wait(abort.signal)).rejects.toBe('enough')
})
