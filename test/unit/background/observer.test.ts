import { expect, it } from 'vitest'
import { ContainerScript } from '../../../src/background/container-script.ts'
import { Observer } from '../../../src/background/observer.ts'
import { isFinal } from '../../../src/background/status.ts'
import { Transitions } from '../../../src/background/transitions.ts'
import {
  ConnectionLostError,
  MaxBufferError,
  StatusError,
  UpgradeError,
} from '../../../src/errors.ts'
import type { PodContainerStatus } from '../../../src/pods/container-status.ts'

const token = '0'.repeat(32)
const line = (state: string, exit = '-', by = token) =>
  `run a ${state} 1 ${by} 2026-11-21T05:00:00.000Z 7 ${exit} - file - /tmp/a\ndone\n`
const lost = new ConnectionLostError('ERR_CONNECTION_LOST', '', { closeCode: 1006 })
const failed = new StatusError('ERR_STATUS', 'no')
const refused = (httpStatus: number, reason: string) =>
  new UpgradeError('ERR_REQUEST_REFUSED', '', { httpStatus, status: { reason } })

const running: PodContainerStatus = {
  name: 'app',
  ready: true,
  restartCount: 0,
  containerID: 'containerd://4f',
  state: { kind: 'running', startedAt: null },
  lastState: null,
  podUID: 'a-uid',
  phase: 'Running',
}

/** An observer of a container that gives these answers, the last one for ever; a number is an exit code. */
function observe(
  answers: readonly (string | number | Error)[],
  container: PodContainerStatus | Error = running,
) {
  let asked = 0
  const host = {
    pod: { namespace: 'shop', pod: 'web-0' },
    exec: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? ''
      if (answer instanceof Error) throw answer
      const rest = { stderr: '', status: null, verified: false, error: null }
      const [exitCode, stdout] = typeof answer === 'number' ? [answer, ''] : [0, answer]
      return { ...rest, exitCode, stdout, protocol: 'v4.channel.k8s.io' as const }
    },
    spawn: () => Promise.reject(new Error('not used')),
    containerStatus: async () => {
      if (container instanceof Error) throw container
      return container
    },
  }
  const script = new ContainerScript(host, undefined, 'a')
  const observer = new Observer(script, 'a', new Transitions(undefined))
  return { observer, count: () => asked }
}

it('asks until the process has ended', async () => {
  const { observer, count } = observe([line('running'), lost, failed, line('ended', '3')])
  const status = await observer.until(isFinal, undefined, null)
  expect(status).toMatchObject({ state: 'errored', exitCode: 3 })
  expect(count()).toBe(4)
})

it('asks again when a kubelet was restarted, or the shell that was to answer killed', async () => {
  const words = 'the server answered 404 Not Found: pod does not exist'
  const restarted = new UpgradeError('ERR_UPGRADE_REFUSED', words, { httpStatus: 404 })
  const { observer, count } = observe([line('running'), restarted, 137, line('ended', '3')])
  expect(await observer.until(isFinal, undefined, null)).toMatchObject({ exitCode: 3 })
  expect(count()).toBe(4)
})

it.each([
  ['a runtime that cannot start a shell', failed, 5],
  ['an answer that never ends', new MaxBufferError('ERR_MAX_BUFFER', ''), 1],
  ['a refusal', refused(403, 'Forbidden'), 1],
  ['a 404 that is not the API server’s', refused(404, ''), 1],
])('gives up: %s', async (_name, error, times) => {
  const { observer, count } = observe([error])
  await expect(observer.until(isFinal, undefined, null)).rejects.toBe(error)
  expect(count()).toBe(times)
})

const ended = { ...running, state: { kind: 'waiting', reason: 'CrashLoopBackOff', message: '' } }
it.each([
  ['the pod', refused(404, 'NotFound'), refused(404, 'NotFound'), 'its pod is gone'],
  ['the container', failed, ended as PodContainerStatus, 'does not run: waiting: CrashLoopBackOff'],
])('knows that %s is gone', async (_name, error, container, reason) => {
  const { observer } = observe([line('running'), error], container)
  expect(await observer.until(isFinal, undefined, null)).toMatchObject({
    state: 'unknown',
    reason: expect.stringContaining(reason),
  })
})

it('does not take another run for the one that it has seen', async () => {
  const { observer } = observe([line('running'), line('ended', '0', '1'.repeat(32))])
  expect(await observer.until(isFinal, undefined, null)).toMatchObject({
    state: 'unknown',
    exitCode: null,
    reason: 'it was started again',
  })
  expect((await observer.look(undefined)).status).toMatchObject({ state: 'stopped', exitCode: 0 })
})
