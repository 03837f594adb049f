import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { Status } from '../protocol/index.ts'
import { maxStdinPayload } from '../protocol/index.ts'
import type { ChannelConnection, Outlet } from './channel-connection.ts'
import { RuntimeError } from './executable.ts'
import type { ProcessResult } from './remote-command-status.ts'
import { encodeResult } from './remote-command-status.ts'
import { ResizeChannel } from './resize-channel.ts'
import type { ProcessHandler } from './server-process.ts'
import { StdinPipe } from './stdin-pipe.ts'
import type { StreamRequest } from './stream-request.ts'
import { Channel } from './wire.ts'

/** What a session runs with. */
export interface SessionContext {
  readonly connection: ChannelConnection
  /** The connection, or what a fault has put in front of it. */
  readonly outlet: Outlet
  readonly request: StreamRequest
  readonly handler: ProcessHandler
  /** Aborted when the server closes. */
  readonly signal: AbortSignal
  /** Whether a process that left stdin unread keeps its status for itself. */
  readonly waitsForStdin: boolean
  /** Takes the output of an attach as well: it is the container's log. */
  readonly log?: (output: Uint8Array) => void
}

/** The empty message that says "open", on the lowest channel that the client reads (wsstream, remotecommand). */
export function readyChannel(request: Pick<StreamRequest, 'stdout' | 'stderr'>): number {
  if (request.stdout) return Channel.Stdout
  return request.stderr ? Channel.Stderr : Channel.Status
}

/** Sends the status, if the subprotocol has one for this result, and ends the session. */
export async function finish(
  connection: ChannelConnection,
  outlet: Outlet,
  result: ProcessResult,
): Promise<void> {
  const payload = encodeResult(result, connection.subprotocol)
  if (payload !== null) await outlet.send(Channel.Status, payload)
  outlet.end()
}

/** Runs one process over one connection: streams, sizes, and the status after all output. */
export async function serveSession(context: SessionContext): Promise<void> {
  const { connection, outlet, request } = context
  const translated = connection.subprotocol === 'v5.channel.k8s.io'
  const stdin = new StdinPipe()
  const resize = new ResizeChannel(request.tty, translated)
  const output = new Output(outlet, context.log)
  // The raw path hands over a stdin that has ended, which containerd takes for "detach" where there is a tty: real
  // clusters lose the output in most runs, this one in all.
  if (request.tty && !request.stdin && !translated) output.detach()
  if (!request.stdin) stdin.end()
  const leave = () => {
    resize.end()
    stdin.end()
  }
  connection.gone.addEventListener('abort', leave)
  // A fault can have struck already.
  if (connection.gone.aborted) leave()
  connection.read({
    write: (channel, payload) => {
      if (channel === Channel.Stdin && request.stdin) return stdin.write(payload)
      return channel === Channel.Resize ? resize.write(payload) : undefined
    },
    close: (channel) => {
      if (channel === Channel.Resize) resize.end()
      if (channel !== Channel.Stdin || !request.stdin) return
      if (request.tty) output.detach()
      stdin.end()
    },
  })
  const result = await run(context, stdin, resize, output)
  stdin.abandon()
  if (context.waitsForStdin && !request.tty) await stdinRead(stdin, connection.gone)
  await finish(connection, outlet, result)
}

async function run(
  { request, handler, signal }: SessionContext,
  stdin: StdinPipe,
  resize: ResizeChannel,
  output: Output,
): Promise<ProcessResult> {
  const stdout = output.writable(Channel.Stdout, request.stdout)
  const stderr = output.writable(Channel.Stderr, request.stderr && !request.tty)
  try {
    const returned = await handler({
      command: request.command,
      container: request.container.name,
      tty: request.tty,
      stdin: stdin.readable,
      stdout,
      stderr,
      sizes: resize.sizes,
      signal,
    })
    return resultOf(returned ?? 0, request.command)
  } catch (error) {
    return { kind: 'error', message: errorMessage(request, error) }
  } finally {
    await Promise.all([flushed(stdout), flushed(stderr)])
  }
}

function resultOf(returned: number | Status, command: readonly string[]): ProcessResult {
  if (typeof returned === 'number') return { kind: 'exit', exitCode: returned, command }
  return { kind: 'status', status: returned }
}

function errorMessage({ kind }: StreamRequest, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (kind === 'attach') return `error attaching to container: ${message}`
  const started =
    error instanceof RuntimeError
      ? `failed to exec in container: failed to start exec "${randomBytes(32).toString('hex')}": `
      : ''
  return `error executing command in container: ${started}${message}`
}

const fifo = 64 * 1024
const quiet = 200

/**
 * containerd waits after the exit for the copy of stdin, which is stuck on a full FIFO that nobody reads. Less than a
 * FIFO of it goes by unnoticed; whether more is on its way shows when nothing has come for a while.
 */
async function stdinRead(stdin: StdinPipe, gone: AbortSignal): Promise<void> {
  while (!stdin.ended && stdin.unread <= fifo) {
    const timer = new AbortController()
    const outcome = await Promise.race([
      stdin.changed(),
      setTimeout(quiet, 'quiet', { signal: timer.signal }).catch(() => 'quiet'),
    ])
    timer.abort()
    if (outcome === 'quiet') return
  }
  if (stdin.unread <= fifo || gone.aborted) return
  await new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve()))
}

/** The writable ends of a session's output. */
class Output {
  readonly #outlet: Outlet
  readonly #log: ((output: Uint8Array) => void) | undefined
  #detached = false

  constructor(outlet: Outlet, log: ((output: Uint8Array) => void) | undefined) {
    this.#outlet = outlet
    this.#log = log
  }

  /** From now on output is lost. */
  detach(): void {
    this.#detached = true
  }

  /** @param requested otherwise what is written goes nowhere */
  writable(channel: number, requested: boolean): Writable {
    const send = async (chunk: Uint8Array): Promise<void> => {
      this.#log?.(chunk)
      // Go's `io.Copy` reads 32 KiB at a time.
      for (let start = 0; start < chunk.length; start += maxStdinPayload) {
        if (this.#detached || !requested) return
        await this.#outlet.send(channel, chunk.subarray(start, start + maxStdinPayload))
      }
    }
    const writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        send(chunk).then(() => done(), done)
      },
    })
    writable.on('error', () => {})
    return writable
  }
}

function flushed(writable: Writable): Promise<void> {
  if (writable.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    writable.once('close', resolve)
    writable.end()
  })
}
