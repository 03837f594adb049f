import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pod, SpawnOptions, Subprotocol, UpgradeError } from '../../src/index.ts'
import { ConnectionLostError, connect, ExecError, StatusError } from '../../src/index.ts'
import type { ConformanceServer, Generation } from '../conformance/conformance-server.ts'
import type { Containerd } from '../conformance/containerd.ts'
import type { BareRequest } from '../conformance/containerd-bare-session.ts'
import { bareSession } from '../conformance/containerd-bare-session.ts'
import { buildTimeout } from '../conformance/go-programs.ts'
import { missing, runtimeTier, startRuntime } from '../conformance/runtime-tier.ts'
import { rejection } from '../support/rejection.ts'

const tier = runtimeTier('a real containerd')

let containerd: Containerd
let server: ConformanceServer
beforeAll(async () => {
  if (missing !== null) return
  const runtime = await startRuntime()
  containerd = runtime.containerd
  server = runtime.server
  report(`containerd ${await containerd.version()}`)
}, buildTimeout)
afterAll(async () => {
  await server?.close()
  await containerd?.close()
})

const v1 = 'channel.k8s.io'
const v4 = 'v4.channel.k8s.io'
const v5 = 'v5.channel.k8s.io'
type Session = readonly [Generation, Subprotocol]
const sessions: readonly Session[] = [
  ['l', v4],
  ['t', v4],
  ['t', v5],
  ['k', v4],
  ['k', v5],
]

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

const sh = (script: string, ...args: readonly string[]) => ['sh', '-c', script, 'sh', ...args]

async function podOf(generation: Generation, url = server.url): Promise<Pod> {
  const config = { ...server.config(generation), server: `${url}/${generation}` }
  return (await connect(config)).pod('solo-0')
}

/** What a runtime did is worth a line also when nothing failed. */
function report(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** How often each outcome came about. */
function tally(outcomes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')
}

/** So many runs, some of them at the same time. */
async function runs<T>(count: number, together: number, action: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < count) {
    results.push(...(await Promise.all(Array.from({ length: together }, action))))
  }
  return results
}

tier('containerd: commands', () => {
  it.each(sessions)('output and exit codes: /%s, %s', async (generation, subprotocol) => {
    const pod = await podOf(generation)
    const run = (script: string) => pod.exec(sh(script), { subprotocol })
    const both = 'echo out; echo err >&2; exit 3'
    expect(await run(both)).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
    expect(await run('exit 0')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    expect(await run('exit 255')).toMatchObject({ exitCode: 255 })
    expect(await run('echo out; kill -9 $$')).toMatchObject({ exitCode: 137, stdout: 'out\n' })
    const start = performance.now()
    const { stdout } = await run(`head -c ${32 * mebibyte} /dev/zero`)
    const rate = 32 / ((performance.now() - start) / 1_000)
    expect(stdout.length).toBe(32 * mebibyte)
    report(`output and exit codes right, 32 MiB of output at ${rate.toFixed(0)} MiB/s`)
  })

  it.each<Generation>(['t', 'k'])('stdin to its end: /%s', async (generation) => {
    const stdin = new Uint8Array(8 * mebibyte)
    const result = await (await podOf(generation)).exec(['wc', '-c'], { stdin })
    expect(result).toMatchObject({ exitCode: 0, stdout: `${stdin.length}\n`, protocol: v5 })
  })

  const words = new RegExp(
    '^(?:Internal error occurred: )+error executing command in container: failed to exec in container: failed to start exec ' +
      '"[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: ' +
      'exec: "nope": executable file not found in \\$PATH: unknown$',
  )
  it.each<Session>([...sessions, ['l', v1], ['t', v1], ['k', v1]])(
    'no such command: /%s, %s',
    async (generation, subprotocol) => {
      const error = await rejection((await podOf(generation)).exec(['nope'], { subprotocol }))
      expect(error).toBeInstanceOf(StatusError)
      expect(error.status?.message).toMatch(words)
      const prefixes = error.status?.message?.split('Internal error occurred: ').length ?? 0
      expect(prefixes - 1).toBe(subprotocol === v5 ? 2 : 1)
    },
  )

  it.each<Session>([
    ['l', v4],
    ['t', v4],
    ['t', v5],
    ['k', v5],
  ])('60 in a row, 20 at once: /%s, %s', async (generation, subprotocol) => {
    const pod = await podOf(generation)
    const times: number[] = []
    const one = async (_: unknown, code: number) => {
      const start = performance.now()
      const result = await pod.exec(sh(`echo ${code}; exit ${code}`), { subprotocol })
      times.push(performance.now() - start)
      expect(result).toMatchObject({ exitCode: code, stdout: `${code}\n` })
    }
    for (let i = 0; i < 60; i++) await one(null, i)
    const median = times.toSorted((a, b) => a - b)[30] ?? 0
    const start = performance.now()
    await Promise.all(Array.from({ length: 20 }, one))
    const together = performance.now() - start
    report(`60 in a row: ${median.toFixed(0)} ms (median); 20 at once: ${together.toFixed(0)} ms`)
  })
})

tier('containerd is killed in mid-session', () => {
  async function killedSession(generation: Generation, options: SpawnOptions = {}) {
    const pod = await podOf(generation)
    const command = sh('echo started; sleep 8; echo never')
    const remote = await pod.spawn(command, options)
    await once(remote.stdout as Readable, 'data')
    await containerd.kill()
    const exit = await remote.exit.catch((error: unknown) => error)
    const refusal = await rejection<UpgradeError>(pod.exec(['true']))
    expect(refusal).toMatchObject({ httpStatus: 500 })
    expect(refusal.message).toContain('code = Unavailable')
    await containerd.start()
    const again = () => pod.exec(['true']).then((result) => result.exitCode, String)
    await expect.poll(again, { timeout: 10_000 }).toBe(0)
    return { exit, protocol: remote.protocol }
  }

  it.each<Generation>(['l', 't', 'k'])('what podwire chooses: /%s', async (generation) => {
    const { exit, protocol } = await killedSession(generation)
    expect(protocol).toBe(v4)
    expect(exit).toBeInstanceOf(ConnectionLostError)
    expect(exit).toMatchObject({ exitCode: null, closeCode: 1006 })
    report(`${protocol}: ConnectionLostError`)
  })

  // The server's limit: a Success that nobody behind it sent, which only the command itself could give away.
  it.each<Generation>(['t', 'k'])(
    'v5, where the server forges a Success: /%s',
    async (generation) => {
      const { exit } = await killedSession(generation, { subprotocol: v5 })
      expect(exit).toMatchObject({ exitCode: 0, status: { status: 'Success' }, verified: false })
      report(`${v5}: a forged Success`)
    },
  )
})

tier('containerd: stdin that nobody reads', () => {
  const head = ['head', '-c', '5']

  /** The outcome in words; the output is what must not be lost. */
  async function early(pod: Pod, stdin: Uint8Array): Promise<string> {
    const result = await pod.exec(head, { stdin, timeout: 1_500, reject: false })
    const error = result.error instanceof ExecError ? result.error.code : null
    return `${error ?? `exit ${result.exitCode}`}, ${result.stdout.length} bytes`
  }

  it.each<Generation>(['t', 'k'])('64 KiB: /%s', async (generation) => {
    const pod = await podOf(generation)
    const outcomes = await runs(6, 1, () => early(pod, new Uint8Array(64 * kibibyte)))
    expect(tally(outcomes)).toBe('6 exit 0, 5 bytes')
  })

  it.each<Generation>(['t', 'k'])(
    '1 MiB, all of it sent before the end: /%s',
    async (generation) => {
      const pod = await podOf(generation)
      const stdin = new Uint8Array(mebibyte)
      const error = await rejection(
        pod.exec(sh('sleep 0.5; echo over; exit 4'), { stdin, timeout: 3_000 }),
      )
      expect(error).toMatchObject({ code: 'ERR_TIMEOUT', stdout: 'over\n', exitCode: null })
      report('1 MiB: the output is there, the exit is not (ERR_TIMEOUT)')
    },
  )

  it.each<Generation>(['t', 'k'])('16 MiB: /%s', async (generation) => {
    const pod = await podOf(generation)
    const stdin = new Uint8Array(16 * mebibyte)
    const outcomes = await runs(20, 5, () => early(pod, stdin))
    const bare: string[] = []
    for (const subprotocol of [v4, v5] as const) {
      const request: BareRequest = {
        ...{ generation, subprotocol, pod: 'solo-0', command: head, stdin, time: 1_500 },
      }
      const results = await runs(10, 5, () => bareSession(server, request))
      bare.push(...results.map(({ output }) => `${output.length} bytes`))
    }
    report(`16 MiB: podwire ${tally(outcomes)}; a bare client ${tally(bare)}`)
    // The window ends at the first hop. When the runtime resets the one behind it, in about 3 of 100 runs, the
    // output is lost in there, and on /t the server even calls that a Success.
    const right = outcomes.filter((outcome) => outcome.endsWith(', 5 bytes'))
    expect(right.length).toBeGreaterThanOrEqual(10)
    const known = ['exit 0', 'ERR_TIMEOUT', 'ERR_CONNECTION_LOST']
    expect(outcomes.filter((outcome) => !known.includes(outcome.split(',')[0] ?? ''))).toEqual([])
  })

  it.each<Generation>(['t', 'k'])('16 MiB, verified: /%s', async (generation) => {
    const pod = await podOf(generation)
    const stdin = new Uint8Array(16 * mebibyte)
    const command = sh('head -c 5; exit 3')
    const outcomes = await runs(20, 5, async () => {
      const options = { stdin, verify: true, timeout: 10_000, reject: false }
      const { exitCode, stdout, verified, error } = await pod.exec(command, options)
      return `exit ${exitCode}, ${stdout.length} bytes, ${verified ? 'verified' : error}`
    })
    report(`16 MiB, verified: ${tally(outcomes)}`)
    expect(tally(outcomes)).toBe('20 exit 3, 5 bytes, verified')
  })
})

tier('containerd: what closing a session does to the process', () => {
  const loop = 'while read -r line; do :; done'
  const kinds: Readonly<Record<string, readonly [string, SpawnOptions]>> = {
    sleeper: ['echo up; sleep 60; :', {}],
    writer: ['while echo up; do sleep 0.1; done', {}],
    terminal: [`echo up; ${loop}`, { tty: true, stdin: true }],
    reader: [`echo up; ${loop}`, { stdin: true }],
  }

  it.each<Session>([
    ['t', v4],
    ['t', v5],
    ['k', v5],
  ])('nothing, but for the end of stdin: /%s, %s', async (generation, subprotocol) => {
    const link = await server.link()
    const [pod, linked] = await Promise.all([podOf(generation), podOf(generation, link.url)])
    const abort = new AbortController()
    const ended: Promise<unknown>[] = []
    const start = async (over: Pod, mark: string, kind: string, options: SpawnOptions = {}) => {
      const [script, streams] = kinds[kind] ?? ['', {}]
      const command = sh(script, `${mark}-${kind}`)
      const remote = await over.spawn(command, { ...streams, ...options, subprotocol })
      ended.push(remote.exit.catch(() => {}))
      await once(remote.stdout as Readable, 'data')
      return remote
    }
    const names = Object.keys(kinds)
    const mark = `mark-${generation}-${subprotocol}`
    const closing = await Promise.all(names.map((name) => start(pod, `${mark}-close`, name)))
    const { signal } = abort
    await Promise.all(names.map((name) => start(pod, `${mark}-abort`, name, { signal })))
    await Promise.all(names.map((name) => start(linked, `${mark}-cut`, name)))

    await Promise.all(closing.map((remote) => remote.close()))
    abort.abort()
    await link.cut()
    await Promise.all(ended)
    await sleep(1_500)
    const { stdout } = await pod.exec(['ps', '-o', 'pid,args'])
    const alive = [...stdout.matchAll(new RegExp(`^\\s*(\\d+) .*\\b${mark}-(\\w+-\\w+)`, 'gm'))]
    await pod.exec(['kill', '-9', ...alive.map(([, pid = '']) => pid)])
    await link.end()
    const survivors = names.filter((name) => name !== 'reader')
    const expected = ['close', 'abort', 'cut'].flatMap((way) => survivors.map((k) => `${way}-${k}`))
    expect(alive.map(([, , name]) => name).toSorted()).toEqual(expected.toSorted())
    report(`${alive.length} of ${ended.length} live on, all but those that read stdin`)
  })
})

// P-2.8, P-2.9
tier('containerd: a stdin that was not asked for', () => {
  const command = sh('echo one; echo two; exit 3')

  it.each(sessions)('a command with a terminal: /%s, %s', async (generation, subprotocol) => {
    const pod = await podOf(generation)
    const outputs = await runs(20, 1, async () => {
      const remote = await pod.spawn(command, { tty: true, subprotocol })
      const [output, exit] = await Promise.all([text(remote.stdout as Readable), remote.exit])
      expect(exit.exitCode).toBe(3)
      return output
    })
    expect(outputs).toEqual(new Array(20).fill('one\r\ntwo\r\n'))
    const request: BareRequest = {
      ...{ generation, subprotocol, pod: 'solo-0', command, tty: true, time: 5_000 },
    }
    const bare = await runs(20, 1, () => bareSession(server, request))
    for (const { status } of bare) expect(status).toContain('NonZeroExitCode')
    const lost = bare.filter(({ output }) => output !== 'one\r\ntwo\r\n').length
    if (subprotocol === v5) expect(lost).toBe(0)
    report(`tty: podwire 20 of 20 right; a bare client with stdin=false lost ${lost} of 20`)
  })

  it.each(sessions)('attach: /%s, %s', async (generation, subprotocol) => {
    const attach = (pod: string, options: Partial<BareRequest> = {}) =>
      bareSession(server, { generation, subprotocol, pod, time: 700, ...options })
    expect((await attach('solo-0')).output).toMatch(/tick \d+\n/)
    const watching = attach('stdin-0', { time: 1_500 })
    const terminal = attach('tty-0', { tty: true })
    await sleep(300)
    await attach('stdin-0', { subprotocol: v4, stdin: Buffer.from('hello\n') })
    if (subprotocol === v5) {
      expect(await watching).toMatchObject({ status: null, closeCode: null })
      expect((await watching).output).toContain('got hello')
      expect(await terminal).toMatchObject({ status: null, closeCode: null })
    } else {
      const detached = { output: '', status: '{"metadata":{},"status":"Success"}', closeCode: 1000 }
      expect(await watching).toEqual(detached)
      expect(await terminal).toEqual(detached)
    }
  })
})
