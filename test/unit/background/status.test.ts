import { describe, expect, it } from 'vitest'
import type { Run } from '../../../src/background/reply.ts'
import { isFinal, needsContainer, statusOf } from '../../../src/background/status.ts'
import type { PodContainerStatus } from '../../../src/pods/container-status.ts'

const now: PodContainerStatus = {
  name: 'app',
  ready: true,
  restartCount: 0,
  containerID: 'containerd://4f',
  state: { kind: 'running', startedAt: null },
  lastState: null,
  podUID: 'a-uid',
  phase: 'Running',
}

const run: Run = {
  id: 'a',
  state: 'ended',
  number: 1,
  token: 't',
  startedAt: new Date(0),
  pid: 7,
  exitCode: null,
  stopped: false,
  output: 'file',
  container: now,
  directory: '/tmp/a',
}
const none: Run = { ...run, state: 'none', token: null, container: null }
const restarted = { ...now, containerID: 'containerd://50', restartCount: 2 }

describe('the state', () => {
  it.each<[string, Partial<Run>, string, string | null]>([
    ['starting', { state: 'starting', pid: null }, 'starting', null],
    ['running', { state: 'running' }, 'running', null],
    ['exit code 0', { exitCode: 0 }, 'stopped', null],
    ['exit code 1', { exitCode: 1 }, 'errored', 'exit code 1'],
    ['no such command', { exitCode: 127 }, 'errored', 'could not be run'],
    ['stopped by us', { exitCode: 143, stopped: true }, 'stopped', 'was stopped'],
    ['killed with its supervisor', {}, 'stopped', 'nobody has written'],
    ['killed while it started', { pid: null }, 'errored', 'interrupted'],
    ['of a newer podwire', { state: 'layout' }, 'unknown', 'version'],
  ])('%s', (_name, fields, state, reason) => {
    const status = statusOf({ ...run, ...fields }, { now: null, before: null })
    expect(status.state).toBe(state)
    if (reason === null) expect(status.reason).toBeNull()
    else expect(status.reason).toContain(reason)
    expect(isFinal(status)).toBe(state !== 'starting' && state !== 'running')
  })

  it.each([
    ['a restarted container', restarted, 'stopped', 'restart count 0, now 2'],
    ['another pod', { ...now, podUID: 'b' }, 'stopped', 'pod was replaced'],
    ['another container', { ...now, name: 'b' }, 'unknown', 'container app, which shares'],
    ['a container that is not told', null, 'stopped', 'restarted, or its pod replaced'],
  ] as const)('of a record that survived in %s', (_name, container, state, reason) => {
    const elsewhere: Run = { ...run, state: 'elsewhere' }
    expect(needsContainer(elsewhere)).toBe(true)
    const status = statusOf(elsewhere, { now: container, before: null })
    expect(status).toMatchObject({ state, exitCode: null, reason: expect.stringContaining(reason) })
  })

  it.each([
    ['never started', now, null, 'stopped', 'never started'],
    ['never started, as far as one knows', null, null, 'stopped', 'never started'],
    ['perhaps erased', restarted, null, 'unknown', 'restarted 2 times'],
    ['erased by a restart', restarted, now, 'unknown', 'restart count 0, now 2'],
    ['erased with its pod', { ...now, podUID: 'b' }, now, 'unknown', 'pod was replaced'],
    ['erased by somebody', now, now, 'unknown', 'its record is gone'],
    ['erased, nobody tells', null, now, 'unknown', 'its record is gone'],
  ] as const)('without a record: %s', (_name, container, before, state, reason) => {
    expect(needsContainer(none)).toBe(true)
    const status = statusOf(none, { now: container, before })
    expect(status).toMatchObject({ state, reason: expect.stringContaining(reason) })
  })
})
