import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import { BackgroundPod, patient, processesWith, shell } from '../support/background-pod.ts'
import { rejection } from '../support/rejection.ts'

// Several clients, and what happens to them.

let t: BackgroundPod
beforeAll(async () => {
  t = await BackgroundPod.start()
})
beforeEach(() => t.server.setFault(null))
afterAll(() => t.close())

/** Another program, as far as the container can tell. */
async function stranger() {
  const { url, ca, token } = t.server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token } })
  return cluster.pod('web-0')
}

const isExec = ({ path }: { readonly path: string }) => path.includes('/exec')

it('50 are started and stopped at once', async () => {
  const cycles = Array.from({ length: 50 }, async (_, index) => {
    const cycle = t.background(`cycle-${index}`)
    const started = await cycle.start(shell('sleep 60; :', 'cycling'))
    expect(started.state).toBe('running')
    return (await cycle.stop()).exitCode
  })
  expect(await Promise.all(cycles)).toEqual(new Array(50).fill(143))
  await expect.poll(() => processesWith('cycling'), patient).toEqual([])
}, 120_000)

it('a start whose session is killed in the middle of it goes on, and is found', async () => {
  const slow = await BackgroundPod.start(`FOLDER:${process.env['PATH']}`, (folder) => {
    writeFileSync(join(folder, 'mv'), '#!/bin/sh\nsleep 2\nexec /bin/mv "$@"\n', { mode: 0o755 })
  })
  slow.server.setFault((request) => (isExec(request) ? { kind: 'half-open' } : null))
  const abort = new AbortController()
  const command = shell('sleep 60; :', 'in-the-middle')
  const start = slow.background('middle').start(command, { signal: abort.signal })
  const settled = start.catch(() => {})
  const folder = join(slow.stateDirectory, 'default.web-0/middle')
  await expect.poll(() => existsSync(join(folder, '1')), patient).toBe(true)
  // The server kills what belongs to the session, and nobody hears that it has started.
  abort.abort()
  await settled
  slow.server.setFault(null)
  const states = async () => (await slow.background('middle').status()).state
  expect(await states()).toBe('starting')
  await expect.poll(states, { timeout: 10_000 }).toBe('running')
  await expect.poll(() => processesWith('in-the-middle').length, patient).toBe(2)
  await slow.close()
})

it('another client waits for the end, and reads what was printed', async () => {
  await t.background('shared').start(shell('echo hello; sleep 0.5; exit 6'))
  const process = (await stranger()).background('shared', { stateDirectory: t.stateDirectory })
  expect(await process.wait()).toMatchObject({ state: 'errored', exitCode: 6 })
  expect(await text(await process.logs())).toBe('hello\n')
})

it('waits through a server that is away', async () => {
  await t.background('away').start(shell('sleep 0.8; exit 2'))
  let refused = 0
  t.server.setFault((request) => {
    if (!isExec(request) || refused >= 4) return null
    refused += 1
    return refused % 2 === 0 ? { kind: 'refuse', code: 503 } : { kind: 'cut', afterBytes: 0 }
  })
  expect(await t.background('away').wait()).toMatchObject({ state: 'errored', exitCode: 2 })
  expect(refused).toBe(4)
})

it('follows output through connections that are lost', async () => {
  const script = 'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.2; done'
  await t.background('lines').start(shell(script))
  let sessions = 0
  t.server.setFault((request) => {
    if (!isExec(request) || !request.path.includes('do_logs')) return null
    sessions += 1
    return sessions <= 3 ? { kind: 'cut', afterBytes: sessions * 3 } : null
  })
  const output = await text(await t.background('lines').logs({ follow: true }))
  expect(output).toBe('line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n')
  expect(sessions).toBeGreaterThanOrEqual(4)
})

it('asks seldom, and once for each look', async () => {
  await t.background('polls').start(['sleep', '3'])
  const before = t.server.requests.length
  await t.background('polls').wait()
  const asked = t.server.requests.slice(before)
  expect(asked.every(isExec)).toBe(true)
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.length).toBeLessThan(12)
})

it('a run that somebody has started again is not mistaken for the first one', async () => {
  const first = t.background('again')
  await first.start(['sleep', '60'])
  const waiting = first.wait()
  const process = (await stranger()).background('again', { stateDirectory: t.stateDirectory })
  await process.stop()
  await process.start(shell('exit 0'))
  const { state, exitCode } = await waiting
  // Depending on when it looked.
  expect([
    { state: 'stopped', exitCode: 143 },
    { state: 'unknown', exitCode: null },
  ]).toContainEqual({
    state,
    exitCode,
  })
  expect(await process.status()).toMatchObject({ exitCode: 0 })
})

it('a pod that is gone, and a role that may do nothing, are told', async () => {
  const gone = (await stranger()).background('x')
  expect(await gone.status()).toMatchObject({ state: 'stopped' })
  const { url, ca } = t.server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token: t.server.token } })
  expect(await cluster.pod('nobody').background('x').status()).toMatchObject({
    state: 'unknown',
    reason: 'its pod is gone',
  })
  const anonymous = await connect({ server: url, tls: { ca } })
  const error = await rejection(anonymous.pod('web-0').background('x').wait())
  expect(error).toMatchObject({ httpStatus: 403 })
})

it('ends with its signal, at once', async () => {
  await t.background('signal').start(['sleep', '60'])
  const reason = new Error('enough')
  const abort = new AbortController()
  const waiting = t.background('signal').wait({ signal: abort.signal })
  setTimeout(() => abort.abort(reason), 100)
  await expect(waiting).rejects.toBe(reason)
  expect(await t.background('signal').status()).toMatchObject({ state: 'running' })
  await t.background('signal').stop()
})
