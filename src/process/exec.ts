import type { ExecErrorFields } from '../errors.ts'
import { ExecError, ExitError, MaxBufferError, TimeoutError } from '../errors.ts'
import type { Socket } from '../transport/socket.ts'
import { CollectedOutput } from './collected-output.ts'
import type { Opener } from './open-process.ts'
import { stdinEnd } from './open-process.ts'
import type { ExecOptions, ExecResult, SessionDefaults } from './options.ts'
import type { Exit } from './session.ts'
import { Session } from './session.ts'
import { StdinFeed } from './stdin-source.ts'
import { StdinStream } from './stdin-stream.ts'

const defaultMaxBuffer = 64 * 1024 * 1024

/** Runs a command to its end and collects what it writes. */
export async function collectExec(
  open: Opener,
  options: ExecOptions,
  defaults: SessionDefaults,
): Promise<ExecResult<string | Uint8Array>> {
  const { signal, timeout } = options
  signal?.throwIfAborted()
  const output = new ExecOutput(options)
  // One reason to stop for all that can stop the call, before and after the session opens.
  const stop = new AbortController()
  const abort = () => stop.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => stop.abort(timeoutError(timeout, output.fields)), timeout)
  try {
    const session = await open((socket) => output.accept(socket, defaults), stop.signal)
    stop.signal.addEventListener('abort', () => session.fail(stop.signal.reason))
    if (stop.signal.aborted) session.fail(stop.signal.reason)
    return await result(session, output, options)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** The streams of one exec. */
class ExecOutput {
  readonly #options: ExecOptions
  readonly #stdout: CollectedOutput
  readonly #stderr: CollectedOutput
  #session: Session | undefined

  constructor(options: ExecOptions) {
    this.#options = options
    this.#stdout = this.#collect('stdout')
    this.#stderr = this.#collect('stderr')
  }

  get fields(): Pick<ExecErrorFields, 'stdout' | 'stderr' | 'protocol'> {
    return {
      stdout: this.#stdout.take(),
      stderr: this.#stderr.take(),
      protocol: this.#session?.subprotocol ?? '',
    }
  }

  accept(socket: Socket, defaults: SessionDefaults): Session {
    const { stdin: source, stdinWindow = defaults.stdinWindow } = this.#options
    const stdin =
      source === undefined ? null : new StdinStream(socket, stdinEnd(socket, false), stdinWindow)
    const session = new Session(
      socket,
      { stdin, stdout: this.#stdout, stderr: this.#stderr },
      { kind: 'exec', heartbeat: defaults.heartbeat, collected: () => this.fields },
    )
    this.#session = session
    if (source !== undefined && stdin !== null) {
      new StdinFeed(source, stdin).run().catch((cause) => session.fail(this.#sourceError(cause)))
    }
    return session
  }

  #collect(name: 'stdout' | 'stderr'): CollectedOutput {
    const { encoding = 'utf8', maxBuffer = defaultMaxBuffer } = this.#options
    return new CollectedOutput(encoding, maxBuffer, () => {
      this.#session?.fail(
        new MaxBufferError(
          'ERR_MAX_BUFFER',
          `${name} is over ${maxBuffer} bytes; raise maxBuffer, or use spawn and read the stream`,
          this.fields,
        ),
      )
    })
  }

  #sourceError(cause: unknown): ExecError {
    return new ExecError('ERR_STDIN_SOURCE', 'the source of stdin failed; the session was closed', {
      ...this.fields,
      cause,
    })
  }
}

async function result(
  session: Session,
  output: ExecOutput,
  { check = false, reject = true }: ExecOptions,
): Promise<ExecResult<string | Uint8Array>> {
  let exit: Exit
  try {
    exit = await session.exit
  } catch (error) {
    if (reject) throw error
    const status = error instanceof ExecError ? error.status : null
    return {
      exitCode: null,
      ...output.fields,
      status,
      verified: false,
      error: error instanceof Error ? error : new Error('aborted', { cause: error }),
      protocol: session.subprotocol,
    }
  }
  const { exitCode, status, verified } = exit
  const fields = { ...output.fields, exitCode, status, verified, protocol: session.subprotocol }
  if (check && reject && exitCode !== 0) {
    throw new ExitError('ERR_EXIT_CODE', `the command ended with exit code ${exitCode}`, fields)
  }
  return { ...fields, error: null }
}

function timeoutError(timeout: number, fields: Partial<ExecErrorFields>): TimeoutError {
  return new TimeoutError(
    'ERR_TIMEOUT',
    `the command did not end within ${timeout} ms; it may still be running`,
    fields,
  )
}
