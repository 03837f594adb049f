import { describe, expect, it } from 'vitest'
import { lost, refused, unverified, violated } from '../../../src/process/session-error.ts'

const fields = { stdout: 'o', stderr: 'e', protocol: 'v5.channel.k8s.io' }
const end = { code: 1000, reason: '', cause: null }
const wsError = Object.assign(new Error('bad'), { code: 'WS_ERR_INVALID_OPCODE' })

describe('an error of a session', () => {
  it.each([
    [
      'a broken status',
      violated({ violation: 'status', description: 'd' }, fields),
      'ERR_STATUS_MALFORMED',
    ],
    ['a refusal', refused('exec', { status: 'Failure', message: 'm' }, fields), 'ERR_STATUS'],
    ['a refusal without words', refused('attach', {}, fields), 'ERR_STATUS'],
    [
      'a success that nothing confirms',
      unverified(end, { status: 'Success' }, fields),
      'ERR_UNVERIFIED',
    ],
    ['a close', lost(end, fields), 'ERR_NO_STATUS'],
    ['a cut', lost({ ...end, code: 1006 }, fields), 'ERR_CONNECTION_LOST'],
    ['a broken frame', lost({ ...end, code: 1006, cause: wsError }, fields), 'ERR_PROTOCOL'],
  ])('%s has its code and what there was', (_name, error, code) => {
    expect(error).toMatchObject({ ...fields, code, exitCode: null, verified: false })
  })

  it.each([
    ['exec: "nope": executable file not found in $PATH', 'could not run the command'],
    ['failed while waiting for exec "x": ttrpc: closed', 'lost sight of the command'],
    ['failed to drain exec process "x" io in 2s', 'lost sight of the command'],
    ['write |1: broken pipe', 'lost sight of the command'],
  ])('says whether the command ran: %s', (message, words) => {
    expect(refused('exec', { status: 'Failure', message }, fields).message).toContain(words)
  })

  it('has the words of a close frame, which proxies send, and none where there are none', () => {
    const { message } = lost({ ...end, code: 1011, reason: 'agent\u001b[31m is gone' }, fields)
    expect(message).toContain('(close code 1011: agent [31m is gone)')
    expect(lost(end, fields).message).toContain('(close code 1000)')
  })

  it('keeps the status that it is about, and the close code', () => {
    const status = { status: 'Success' }
    expect(unverified({ ...end, code: 1006 }, status, fields)).toMatchObject({
      status,
      closeCode: 1006,
    })
  })
})
