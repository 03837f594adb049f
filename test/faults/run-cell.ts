import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecOptions, Pod, SpawnOptions } from '../../src/index.ts'
import { connect, ExecError } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { Relay } from '../support/relay.ts'
import type { Cell, Expected } from './cell.ts'
import type { MatrixFault } from './faults.ts'
import type { Observed } from './observed.ts'
import { ofError, ofExit } from './observed.ts'
import type { Operation } from './operations.ts'
import { large } from './operations.ts'
import { deadline, handshakeTimeout, patience } from './rules.ts'
import { unwatched, watchTimers } from './timers.ts'

const stdinWindow = 256 * 1024
/** Bytes of stdin that may have left the source and not passed the line. */
const maxAhead = stdinWindow + 192 * 1024
/** Bytes that buffers of the kernel can hold: nobody takes in more than that of what is not wanted. */
const maxBuffered = Math.max(16 * 1024 * 1024, kernelBuffers())

const chunk = Buffer.alloc(64 * 1024, 'x')

/** Runs an operation and observes what it comes to and what it leaves behind. */
export async function runCell(
  cell: Cell,
  { fault, operation, expected }: { fault: MatrixFault; operation: Operation; expected: Expected },
  server: TestServer,
  pod: string,
  useRelay: (relay: Relay) => void,
): Promise<Observed> {
  const port = fault.noServer === true ? 1 : Number(new URL(server.url).port)
  await using relay = await Relay.start(port, fault.line)
  useRelay(relay)
  const problems: string[] = []
  const ahead = fault.deaf === true ? maxBuffered : maxAhead
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let pulled = 0; ; pulled += chunk.length) {
      if (pulled - relay.up > ahead) problems.push(`${pulled - relay.up} bytes of stdin in memory`)
      yield chunk
      // A source that has always more must not keep others from running.
      await sleep(0)
    }
  }
  const controller = new AbortController()
  const { signal } = controller
  const reason = new Error('enough')
  const stdin = { small: 'hello', large, endless: endless() }
  const start = performance.now()
  const outcome = await watchTimers(async (timers) => {
    const cluster = await connect({
      server: `https://127.0.0.1:${fault.noServer === true ? port : relay.port}`,
      tls: { ca: server.ca },
      auth: { token: server.token },
      ...(fault.silent === true && { heartbeat: { interval: 100, deadline }, handshakeTimeout }),
      stdinWindow,
    })
    const target = cluster.pod(pod, { container: 'app' })
    const { verify, subprotocol } = cell
    const options = { subprotocol, signal, ...(verify && { verify }) }
    const isLate = expected.outcome === 'error' && expected.code === 'ERR_TIMEOUT'
    const source = operation.stdin && stdin[operation.stdin]
    const result = await (operation.call === 'exec'
      ? exec(
          target,
          operation,
          {
            ...options,
            timeout: isLate ? patience : 60_000,
            ...(source !== undefined && { stdin: source }),
          },
          reason,
        )
      : spawn(target, operation, options, {
          source,
          reason,
          abort: () => controller.abort(reason),
          isAborted: expected.outcome === 'aborted',
        }))
    const milliseconds = performance.now() - start
    relay.release()
    await unwatched(() => becomes(() => relay.connections === 0 && timers.size === 0))
    for (const stack of timers.values()) problems.push(`a timer is left: ${stack}`)
    return { ...result, milliseconds }
  })
  if (relay.connections > 0) problems.push(`${relay.connections} connections are left`)
  const listeners = getEventListeners(signal, 'abort').length
  if (listeners > 0) problems.push(`${listeners} listeners of the signal are left`)
  if (relay.down > maxBuffered) problems.push(`${relay.down} bytes were received`)
  return { ...outcome, problems }
}

async function exec(pod: Pod, { script }: Operation, options: ExecOptions, reason: unknown) {
  try {
    const result = await pod.exec(['/bin/sh', '-c', script], { ...options, encoding: 'utf8' })
    return ofExit(result, result)
  } catch (error) {
    const output = { stdout: '', stderr: '' }
    if (error instanceof ExecError) {
      output.stdout = String(error.stdout)
      output.stderr = String(error.stderr)
    }
    return ofError(error, reason, output)
  }
}

interface SpawnContext {
  readonly source: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
  readonly reason: unknown
  readonly abort: () => void
  readonly isAborted: boolean
}

async function spawn(
  pod: Pod,
  operation: Operation,
  options: SpawnOptions,
  { source, reason, abort, isAborted }: SpawnContext,
) {
  const output = { stdout: '', stderr: '' }
  let timer: NodeJS.Timeout | undefined
  try {
    const all: SpawnOptions = {
      ...options,
      stdin: source !== undefined,
      ...(operation.tty && { tty: { columns: 80, rows: 24 } }),
    }
    const remote = await pod.spawn(['/bin/sh', '-c', operation.script], all)
    const streams = [remote.stdout, remote.stderr].filter((stream) => stream !== null)
    const closed = streams.map((stream) => new Promise((resolve) => stream.once('close', resolve)))
    remote.stderr?.on('data', (data: Buffer) => {
      output.stderr += data.toString()
    })
    remote.stdout?.on('data', (data: Buffer) => {
      output.stdout += data.toString()
      const isAll = output.stdout === operation.stdout
      if (isAll && operation.end === 'abort behind the output') abort()
    })
    if (isAborted && operation.end !== 'abort behind the output')
      timer = unwatched(() => setTimeout(abort, patience))
    if (source !== undefined && remote.stdin !== null) {
      Readable.from(source as AsyncIterable<Uint8Array>)
        .on('error', () => {})
        .pipe(remote.stdin)
    }
    const [exit] = await Promise.allSettled([remote.exit])
    await Promise.all(closed)
    if (exit.status === 'rejected') throw exit.reason
    return ofExit(exit.value, output)
  } catch (error) {
    return ofError(error, reason, output)
  } finally {
    clearTimeout(timer)
  }
}

/** Bytes that wait between the two ends of a connection at most: sent and not yet received, received and not yet read. */
function kernelBuffers(): number {
  const most = (name: string) =>
    Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').split(/\s+/)[2])
  return process.platform === 'linux' ? most('tcp_wmem') + most('tcp_rmem') : 0
}

/** Waits until that is so, three seconds at most. */
async function becomes(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 3_000 && !isSo(); waited += 20) await sleep(20)
}
