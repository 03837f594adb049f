import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecOptions, Pod, SpawnOptions, Subprotocol } from '../../src/index.ts'
import { ExecError } from '../../src/index.ts'
import { Random } from './random.ts'

/** What a session is made of. */
export interface SoakContext {
  readonly pod: Pod
  readonly random: Random
  readonly verify: boolean
  readonly subprotocol: Subprotocol | undefined
  /** Bytes of data, at most. */
  readonly most: number
}

/** What a session came to; the error's class and code are its own to tell. */
export interface SoakOutcome {
  readonly exitCode: number | null
  readonly output: Uint8Array
  readonly error: unknown
}

/** What it has to come to when nothing goes wrong. */
export interface SoakRun {
  readonly outcome: Promise<SoakOutcome>
  readonly exitCode: number | null
  readonly output: Uint8Array
  /** What it may be rejected with, whatever else happens. */
  readonly isExpected?: (error: unknown) => boolean
}

export interface SoakKind {
  readonly name: string
  readonly run: (context: SoakContext) => SoakRun
  /** Its stdin has to end, which v4 cannot tell; with `verify` its length may be told. */
  readonly ends?: 'counted' | 'never counted'
  readonly verifies?: boolean
  /** It has a session of its own beside it, which a fault would hit as well. */
  readonly faultless?: boolean
}

const sh = (script: string) => ['/bin/sh', '-c', script]
const data = new Random('data').fill(Buffer.alloc(8 * 1024 * 1024))

function slice({ random, most }: SoakContext): Buffer {
  const length = random.size(most)
  const start = random.whole(data.length - length)
  return data.subarray(start, start + length)
}

function session({
  verify,
  subprotocol,
}: SoakContext): Pick<ExecOptions, 'verify' | 'subprotocol'> {
  return { ...(verify && { verify }), subprotocol }
}

async function exec(
  context: SoakContext,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<SoakOutcome> {
  try {
    const result = await context.pod.exec(command, {
      ...session(context),
      ...options,
      encoding: 'buffer',
    })
    return { exitCode: result.exitCode, output: result.stdout as Uint8Array, error: null }
  } catch (error) {
    const output = error instanceof ExecError ? Buffer.from(error.stdout) : Buffer.alloc(0)
    return { exitCode: null, output, error }
  }
}

/** Reads stdout as it comes, with pauses. */
async function spawn(
  context: SoakContext,
  command: readonly string[],
  options: SpawnOptions,
  during: (remote: Awaited<ReturnType<Pod['spawn']>>) => Promise<unknown> | undefined,
): Promise<SoakOutcome> {
  const pauses = context.random.whole(4)
  const chunks: Buffer[] = []
  try {
    const all: SpawnOptions = { ...session(context), ...options }
    const remote = await context.pod.spawn(command, all)
    remote.stderr?.resume()
    const reading = (async () => {
      let count = 0
      for await (const chunk of remote.stdout ?? []) {
        chunks.push(chunk)
        count += 1
        if (count <= pauses) await sleep(5)
      }
    })()
    reading.catch(() => {})
    const meanwhile = during(remote)
    meanwhile?.catch(() => {})
    const { exitCode } = await remote.exit
    await reading
    await meanwhile
    return { exitCode, output: Buffer.concat(chunks), error: null }
  } catch (error) {
    return { exitCode: null, output: Buffer.concat(chunks), error }
  }
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield data.subarray(0, 64 * 1024)
}

const up = sh('echo up; exec sleep 1.5')
const upOutput = Buffer.from('up\n')

export const soakKinds: readonly SoakKind[] = [
  {
    name: 'exit code',
    run: (context) => {
      const exitCode = context.random.whole(256)
      const outcome = exec(context, sh(`echo out; echo err >&2; exit ${exitCode}`))
      return { outcome, exitCode, output: Buffer.from('out\n') }
    },
  },
  {
    name: 'cat',
    ends: 'counted',
    run: (context) => {
      const stdin = slice(context)
      return { outcome: exec(context, ['cat'], { stdin }), exitCode: 0, output: stdin }
    },
  },
  {
    name: 'digest of a stream',
    ends: 'never counted',
    run: (context) => {
      const output = slice(context)
      const chunks = Array.from({ length: 8 }, (_, i) => {
        const length = Math.ceil(output.length / 8)
        return output.subarray(i * length, (i + 1) * length)
      })
      const stdin = Readable.from(chunks.filter((chunk) => chunk.length > 0))
      return { outcome: exec(context, ['cat'], { stdin }), exitCode: 0, output }
    },
  },
  {
    name: 'output, read slowly',
    run: (context) => {
      const length = context.random.size(context.most)
      const exitCode = context.random.whole(256)
      const script = `head -c ${length} /dev/zero; exit ${exitCode}`
      const outcome = spawn(context, sh(script), {}, () => undefined)
      return { outcome, exitCode, output: Buffer.alloc(length) }
    },
  },
  {
    name: 'both ways',
    ends: 'never counted',
    run: (context) => {
      const output = slice(context)
      const outcome = spawn(context, ['cat'], { stdin: true }, (remote) => {
        remote.stdin?.end(output)
        return undefined
      })
      return { outcome, exitCode: 0, output }
    },
  },
  {
    name: 'tty',
    run: (context) => {
      const exitCode = context.random.whole(256)
      const script = `stty -echo; echo out; exit ${exitCode}`
      const outcome = spawn(context, sh(script), { tty: true }, () => undefined)
      return { outcome, exitCode, output: Buffer.from('out\r\n') }
    },
  },
  {
    name: 'stdin left unread',
    ends: 'counted',
    verifies: true,
    run: (context) => {
      const exitCode = context.random.whole(256)
      const isEndless = context.subprotocol === undefined && context.random.chance(0.5)
      const stdin = isEndless ? endless() : data.subarray(0, 1024 * 1024)
      const outcome = exec(context, sh(`head -c 5; exit ${exitCode}`), { stdin })
      return { outcome, exitCode, output: data.subarray(0, 5) }
    },
  },
  {
    name: 'abort',
    run: (context) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const { random } = context
      const early = random.chance(0.3)
      setTimeout(() => controller.abort(reason), random.whole(early ? 15 : 400))
      const outcome = spawn(context, up, { signal: controller.signal }, () => undefined)
      return { outcome, exitCode: null, output: upOutput, isExpected: (error) => error === reason }
    },
  },
  {
    name: 'timeout',
    run: (context) => {
      const timeout = 1 + context.random.whole(400)
      const isExpected = (error: unknown) =>
        error instanceof Error && 'code' in error && error.code === 'ERR_TIMEOUT'
      const outcome = exec(context, up, { timeout })
      return { outcome, exitCode: null, output: upOutput, isExpected }
    },
  },
  {
    name: 'close',
    run: (context) => {
      const outcome = spawn(context, up, {}, (remote) => remote.close())
      const isExpected = (error: unknown) =>
        error instanceof ExecError && error.code === 'ERR_SESSION_CLOSED'
      return { outcome, exitCode: null, output: upOutput, isExpected }
    },
  },
  {
    name: 'kill',
    verifies: true,
    faultless: true,
    run: (context) => {
      const outcome = spawn(context, sh('echo up; exec sleep 60'), {}, async (remote) => {
        await once(remote.stdout as Readable, 'data')
        if (!(await remote.kill('SIGTERM'))) throw new Error('it was not running')
      })
      return { outcome, exitCode: 143, output: upOutput }
    },
  },
]
