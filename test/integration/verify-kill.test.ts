import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { addAbortSignal, PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RemoteProcess, TraceEvent } from '../../src/index.ts'
import { firstOutput } from '../support/first-output.ts'
import { rejection } from '../support/rejection.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

let t: TestCluster
beforeAll(async () => {
  t = await testCluster()
})
beforeEach(() => t.server.setFault(null))
afterAll(() => t.server.close())

// The command is found by /proc.
const linux = process.platform === 'linux'
const sh = (script: string) => ['/bin/sh', '-c', script]
const verify = true

/** A command that has said its process id. */
async function started(remote: RemoteProcess): Promise<number> {
  const [chunk] = await new Promise<Buffer[]>((resolve) => {
    remote.stdout?.once('data', (...chunks: Buffer[]) => resolve(chunks))
  })
  remote.stdout?.resume()
  return Number(chunk)
}

/** Whether it runs; one that nobody has waited for yet does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe.runIf(linux)('kill() (needs Linux)', () => {
  it.each([
    ['SIGTERM', 143, true],
    ['SIGINT', 130, true],
    ['SIGHUP', 129, true],
    ['SIGUSR1', 138, true],
    // These the wrapper does not outlive, and the server's word is all there is.
    ['SIGKILL', 137, false],
    ['SIGALRM', 142, false],
  ] as const)('%s', async (signal, exitCode, verified) => {
    const remote = await t.pod.spawn(sh('echo $$; exec sleep 60'), { verify })
    const pid = await started(remote)
    expect(await remote.kill(signal)).toBe(true)
    expect(await remote.exit).toMatchObject({ exitCode, verified })
    expect(isAlive(pid)).toBe(false)
    expect(await remote.kill(signal)).toBe(false)
  })

  it('a signal that the command handles', async () => {
    const script = 'trap "echo got; exit 7" USR1; echo $$; while :; do sleep 0.1; done'
    const remote = await t.pod.spawn(sh(script), { verify })
    await started(remote)
    expect(await remote.kill('SIGUSR1')).toBe(true)
    expect(await remote.exit).toMatchObject({ exitCode: 7, verified: true })
  })

  it('reaches this command alone, with its children', async () => {
    const other = await t.pod.spawn(sh('echo $$; exec sleep 60'), { verify })
    const remote = await t.pod.spawn(sh('echo $$; sleep 60; exit 3'), { verify })
    const pid = await started(other)
    await started(remote)
    await remote.kill()
    expect(await remote.exit).toMatchObject({ exitCode: 143 })
    expect(isAlive(pid)).toBe(true)
    await other.kill('SIGKILL')
    await other.exit
  })

  it('on a terminal', async () => {
    const remote = await t.pod.spawn(sh('echo $$; exec sleep 60'), { verify, tty: true })
    await started(remote)
    expect(await remote.kill()).toBe(true)
    expect(await remote.exit).toMatchObject({ exitCode: 143, verified: true })
  })

  it('is false when the command has ended', async () => {
    const remote = await t.pod.spawn(sh('exit 3'), { verify })
    await remote.exit
    expect(await remote.kill()).toBe(false)
  })
})

describe('kill() refuses', () => {
  it('a command that does not verify, and what is no signal', async () => {
    const plain = await t.pod.spawn(['sleep', '60'])
    await expect(plain.kill()).rejects.toBeInstanceOf(TypeError)
    await plain.close()
    const remote = await t.pod.spawn(['sleep', '60'], { verify })
    await expect(remote.kill('TERM' as 'SIGTERM')).rejects.toBeInstanceOf(RangeError)
    await expect(remote.kill('SIGTERM; id' as 'SIGTERM')).rejects.toBeInstanceOf(RangeError)
    await remote.close()
  })
})

describe.runIf(linux)('onAbort (needs Linux)', () => {
  const script = 'echo $$; exec sleep 60'
  const polite = sh(
    'trap "sleep 0.5; echo bye; exit 42" TERM; x=$(head -c 1); echo $x; while :; do sleep 0.1; done',
  )
  interface Options {
    signal: AbortSignal
    onAbort: 'terminate'
    reject: false
    trace: (event: TraceEvent) => void
  }

  it.each([
    ['terminate', 143, true],
    ['kill', 137, false],
  ] as const)('%s: exec ends with the command', async (onAbort, exitCode, verified) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { trace, output } = firstOutput()
    const { signal } = controller
    const running = t.pod.exec(sh(script), { signal, onAbort, reject: false, trace })
    await output
    controller.abort(reason)
    const result = await running
    expect(result).toMatchObject({ exitCode, verified, error: reason })
    expect(isAlive(Number(result.stdout))).toBe(false)
    await expect.poll(() => t.server.connections).toBe(0)
  })

  it('rejects with the reason itself', async () => {
    const reason = { a: 'reason' }
    const controller = new AbortController()
    const { trace, output } = firstOutput()
    const options = { signal: controller.signal, onAbort: 'terminate', trace } as const
    const rejected = rejection<unknown>(t.pod.exec(sh(script), options))
    await output
    controller.abort(reason)
    expect(await rejected).toBe(reason)
  })

  it('SIGKILL follows where SIGTERM is not heeded', async () => {
    const stubborn = 'trap "" TERM; echo $$; while :; do sleep 0.1; done'
    const options = { timeout: 500, onAbort: 'terminate', reject: false } as const
    const begun = performance.now()
    const result = await t.pod.exec(sh(stubborn), options)
    expect(result).toMatchObject({ exitCode: 137, verified: false })
    expect(result.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    expect(result.error?.message).toContain('was to be killed')
    expect(isAlive(Number(result.stdout))).toBe(false)
    expect(performance.now() - begun).toBeGreaterThan(5_000)
  })

  it.each([
    ['exec', (stdin: PassThrough, options: Options) => t.pod.exec(polite, { ...options, stdin })],
    [
      'spawn',
      async (source: PassThrough, { signal, onAbort, trace }: Options) => {
        const remote = await t.pod.spawn(polite, { signal, onAbort, trace, stdin: true })
        const written = rejection(pipeline(source, remote.stdin as Writable, { signal }))
        remote.stdout?.resume()
        const error = await rejection(remote.exit)
        await written
        return { error }
      },
    ],
  ])('%s waits for the end although the same signal ends its source', async (kind, run) => {
    const controller = new AbortController()
    const { signal } = controller
    const source = addAbortSignal(signal, new PassThrough())
    source.write('x')
    const { trace, output } = firstOutput()
    const running = run(source, { signal, onAbort: 'terminate', reject: false, trace })
    await output
    const reason = new Error('enough')
    controller.abort(reason)
    const begun = performance.now()
    const result = await running
    expect(result.error).toBe(reason)
    expect(performance.now() - begun).toBeGreaterThan(400)
    if (kind === 'exec') expect(result).toMatchObject({ exitCode: 42, stdout: 'x\nbye\n' })
  })

  it('SIGKILL follows although the output is over maxBuffer meanwhile', async () => {
    const stubborn = 'trap "" TERM; echo $$; while :; do sleep 0.1; echo and on and on; done'
    const options = { timeout: 500, onAbort: 'terminate', reject: false, maxBuffer: 200 } as const
    const result = await t.pod.exec(sh(stubborn), options)
    expect(result).toMatchObject({ exitCode: 137, error: { code: 'ERR_TIMEOUT' } })
    expect(result.stdout).toHaveLength(200)
    expect(isAlive(Number.parseInt(result.stdout, 10))).toBe(false)
  })

  it('a signal that was aborted while the session opened', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const running = t.pod.spawn(sh(script), { signal, onAbort: 'kill' })
    setImmediate(() => controller.abort(new Error('enough')))
    await rejection(running.then((remote) => remote.exit))
    await expect.poll(() => t.server.connections).toBe(0)
  })

  it('spawn rejects exit when the command has ended', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const remote = await t.pod.spawn(sh(script), { signal, onAbort: 'terminate' })
    const pid = await started(remote)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await rejection<unknown>(remote.exit)).toBe(reason)
    expect(isAlive(pid)).toBe(false)
  })

  it('says null where the end could not be brought about', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const { trace, output } = firstOutput()
    const running = t.pod.exec(sh('trap "" TERM; echo $$; exec sleep 3'), {
      signal,
      onAbort: 'kill',
      reject: false,
      trace,
    })
    await output
    t.server.setFault({ kind: 'refuse', code: 403 })
    controller.abort(new Error('enough'))
    expect(await running).toMatchObject({ exitCode: null, verified: false })
  })

  it('leave leaves the command alone', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const remote = await t.pod.spawn(sh(script), { signal, verify, onAbort: 'leave' })
    const pid = await started(remote)
    controller.abort()
    await rejection(remote.exit)
    expect(isAlive(pid)).toBe(true)
    process.kill(pid, 'SIGKILL')
  })

  it('an end that comes first is the end', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const remote = await t.pod.spawn(sh('echo out; exit 3'), { signal, onAbort: 'kill' })
    expect(await text(remote.stdout as Readable)).toBe('out\n')
    controller.abort()
    expect(await remote.exit).toMatchObject({ exitCode: 3, verified: true })
  })
})
