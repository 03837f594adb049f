import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { ExecOptions } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { Fault } from '../../src/testing/index.ts'
import { rejection } from '../support/rejection.ts'
import { Relay } from '../support/relay.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

/** Soon enough that the window is lifted where pings are not answered. */
const client = { heartbeat: { interval: 50, deadline: 400 } }
/** Milliseconds in which all of it is over, on a busy machine too; and for which the event loop may stand still. */
const patience = 8_000
const standstill = 1_500

let t: TestCluster
afterEach(() => t.server.close())

/** Sources that never wait for anything. One that has kept the event loop to itself for too long gives up. */
class Endless {
  starved = false
  pulls = 0
  #turned = performance.now()
  readonly #timer = setInterval(() => {
    this.#turned = performance.now()
  }, 10)

  get #more(): boolean {
    this.pulls += 1
    this.starved ||= performance.now() - this.#turned > standstill
    return !this.starved
  }

  async *generator(chunk: string | Buffer): AsyncGenerator<string | Buffer> {
    while (this.#more) yield chunk
  }

  iterable(value: Buffer): AsyncIterable<Buffer> {
    // No promise, and no way to stop it.
    const next = () => ({ done: !this.#more, value })
    return { [Symbol.asyncIterator]: () => ({ next }) as unknown as AsyncIterator<Buffer> }
  }

  async stopped(): Promise<boolean> {
    const before = this.pulls
    await sleep(50)
    clearInterval(this.#timer)
    return this.pulls === before && !this.starved
  }
}

const sources: Record<string, (endless: Endless) => AsyncIterable<string | Buffer>> = {
  generator: (endless) => endless.generator(Buffer.alloc(64 * 1024)),
  'generator of nothing': (endless) => endless.generator(''),
  'iterable of crumbs': (endless) => endless.iterable(Buffer.of(120)),
}

const sleeper = ['sh', '-c', 'exec sleep 60']
const eater = ['sh', '-c', 'cat >/dev/null']
const output = ['sh', '-c', 'echo xx; exec sleep 60']

interface Case {
  readonly command: readonly string[]
  readonly fault?: Fault
  readonly options?: (t: TestCluster) => ExecOptions
  readonly code: string
}

const enough = () => ({ signal: AbortSignal.timeout(700) })
/** Behind the deadline of the heartbeat by so much that a busy machine does not confuse the two. */
const later = 1_500
const cases: Record<string, Case> = {
  'an early exit': { command: ['sh', '-c', 'head -c 1 >/dev/null & exit 3'], code: '3' },
  'a reset': { command: output, fault: { kind: 'reset', afterBytes: 2 }, code: 'CONNECTION_LOST' },
  'the end of TCP': {
    command: output,
    fault: { kind: 'cut', afterBytes: 2 },
    code: 'CONNECTION_LOST',
  },
  'an abort': { command: eater, options: enough, code: 'TimeoutError' },
  'an abort without pongs': {
    command: eater,
    fault: { kind: 'no-pong' },
    options: () => ({ signal: AbortSignal.timeout(later) }),
    code: 'TimeoutError',
  },
  'a timeout without pongs': {
    command: eater,
    fault: { kind: 'no-pong' },
    options: () => ({ timeout: later }),
    code: 'TIMEOUT',
  },
  'a timeout of what is half-open': {
    command: eater,
    fault: { kind: 'half-open' },
    options: () => ({ timeout: later }),
    code: 'TIMEOUT',
  },
  'a server that closes': {
    command: sleeper,
    options: ({ server }) => {
      setTimeout(() => void server.close(), 300)
      return {}
    },
    code: 'CONNECTION_LOST',
  },
}

describe.each(Object.keys(sources))('an endless %s ends with', (source) => {
  const rows = Object.entries(cases).flatMap(([name, its]) =>
    (source === 'generator' ? [false, true] : [false]).map(
      (verify) => [name, verify, its] as const,
    ),
  )
  it.each(rows)('%s, verify %s', async (_name, verify, { command, fault, options, code }) => {
    t = await testCluster({ fault: fault ?? null }, client)
    const endless = new Endless()
    const started = performance.now()
    const stdin = sources[source]?.(endless)
    const outcome = await t.pod
      .exec(command, { stdin, verify, ...options?.(t) } as ExecOptions)
      .then(({ exitCode }) => String(exitCode))
      .catch((error) => String(error.code?.replace?.('ERR_', '') ?? error.name))
    // Where no stdin is on its way, silence is a loss.
    const isSilent = fault?.kind === 'no-pong' || fault?.kind === 'half-open'
    const expected = isSilent && source === 'generator of nothing' ? 'CONNECTION_LOST' : code
    expect([outcome, await endless.stopped()]).toEqual([expected, true])
    expect(performance.now() - started).toBeLessThan(patience)
  })
})

it('a line that goes dark', async () => {
  t = await testCluster()
  const { ca, token, url } = t.server
  await using relay = await Relay.start(Number(new URL(url).port))
  const server = `https://127.0.0.1:${relay.port}`
  const cluster = await connect({ server, tls: { ca }, auth: { token }, ...client })
  const endless = new Endless()
  const stdin = endless.generator(Buffer.alloc(1024))
  setTimeout(() => relay.strike('black hole'), 200)
  const error = await rejection(cluster.pod('web-0').exec(eater, { stdin }))
  expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
  expect(await endless.stopped()).toBe(true)
})

it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const)(
  'a pipeline into a process over %s that is closed, without pongs',
  async (subprotocol) => {
    t = await testCluster({ fault: { kind: 'no-pong' } }, client)
    const remote = await t.pod.spawn(eater, { stdin: true, subprotocol })
    const endless = new Endless()
    const source = Readable.from(endless.generator(Buffer.alloc(64 * 1024)))
    const piped = rejection(pipeline(source, remote.stdin as NodeJS.WritableStream))
    setTimeout(() => void remote.close(), 700)
    await rejection(remote.exit)
    await piped
    expect([source.destroyed, await endless.stopped()]).toEqual([true, true])
  },
)

describe('a reset behind output that nobody reads', () => {
  const unread = async (stdinWindow: number) => {
    t = await testCluster()
    const { url, ca, token } = t.server
    const relay = await Relay.start(Number(new URL(url).port))
    const server = `https://127.0.0.1:${relay.port}`
    const connection = { server, tls: { ca }, auth: { token }, outputSlack: 1024, stdinWindow }
    const cluster = await connect({ ...connection, ...client })
    // The first byte comes behind the answer to the first ping, so that the window counts.
    const command = ['sh', '-c', 'head -c 1 >/dev/null; head -c 1000000 /dev/zero; exec sleep 60']
    const remote = await cluster.pod('web-0').spawn(command, { stdin: true })
    const source = new Endless().generator(Buffer.alloc(1000))
    const written = rejection(pipeline(source, remote.stdin as NodeJS.WritableStream))
    await once(remote.stdout as Readable, 'readable')
    await expect.poll(() => relay.down).toBeGreaterThan(500_000)
    await relay.quiet(200)
    return { relay, remote, written }
  }

  it('releases stdin that is on its way', async () => {
    // More than the kernel takes, so that a write is waiting.
    const { relay, remote, written } = await unread(1024 ** 3)
    await using _ = relay
    relay.strike('reset')
    expect(await written).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    remote.stdout?.resume()
    expect(await rejection(remote.exit)).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
  })

  it('is seen with the next read by stdin that waits for its window', async () => {
    const { relay, remote, written } = await unread(64 * 1024)
    await using _ = relay
    relay.strike('reset')
    remote.stdout?.resume()
    expect(await written).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
    expect(await rejection(remote.exit)).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
  })
})
