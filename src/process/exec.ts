import { constants } from 'node:buffer'
import type { ExecErrorFields } from '../errors.ts'
import { ExitError, MaxBufferError, TimeoutError } from '../errors.ts'
import type { Status } from '../protocol/index.ts'
import { onAbort } from '../transport/abort-listener.ts'
import type { Socket } from '../transport/socket.ts'
import { CollectedOutput } from './collected-output.ts'
import type { Wrapped } from './command-signals.ts'
import type { Opener } from './open-process.ts'
import { guarded, stdinEnd, stdinStream } from './open-process.ts'
import type { ExecOptions, ExecResult, SessionDefaults } from './options.ts'
import type { Exit } from './session.ts'
import { Session } from './session.ts'
import { sourceFailed } from './session-error.ts'
import { abandonSource, claimSource, StdinFeed } from './stdin-source.ts'
import type { StdinEnd } from './stdin-stream.ts'
import { abandon } from './termination.ts'
import { Verification } from './verification.ts'
import type { Wrapper } from './wrapper.ts'

const defaultMaxBuffer = 64 * 1024 * 1024

/** The reason to stop when the time is over, until the call ends with an error that says so. */
const expired = Symbol('timeout')

/** Milliseconds for the connection to end behind the status when the time is over: a quiet one does within two seconds. */
const endGrace = 2_500

/**
 * Runs a command to its end and collects what it writes.
 * @param wrapped what the command runs in, if anything
 */
export async function collectExec(
  open: Opener,
  options: ExecOptions,
  defaults: SessionDefaults,
  wrapped: Wrapped | null = null,
): Promise<ExecResult<string | Uint8Array>> {
  const { signal, timeout } = options
  const output = new ExecOutput(options, wrapped?.wrapper ?? null)
  // One reason to stop for all that can stop the call, before and after the session opens.
  const stop = new AbortController()
  const abort = () => stop.abort(signal?.reason)
  const ignoreAbort = signal && onAbort(signal, abort)
  if (signal?.aborted) abort()
  let timer: NodeJS.Timeout | undefined
  let timeoutMessage = ''
  const expire = () => {
    timeoutMessage = messageOf(options, output)
    stop.abort(expired)
  }
  // The command may have ended, and said more, until the call ends: `onAbort` is there for that.
  const reasonOf = (error: unknown) =>
    error === expired ? new TimeoutError('ERR_TIMEOUT', timeoutMessage, output.fields) : error
  const onTime = () => {
    // The command's own side says that its output is complete: what comes now is not the command's.
    if (output.isVerified) output.finish()
    // Only the connection's end is missing, and it is near: unless output goes on without end.
    else if (output.isKnown) timer = setTimeout(expire, endGrace)
    else expire()
  }
  if (timeout !== undefined) timer = setTimeout(onTime, timeout)
  try {
    const session = await openWithSource(open, output, { options, defaults, signal: stop.signal })
    const end = () => void abandon(session, stop.signal.reason, options.onAbort, wrapped?.signals)
    stop.signal.addEventListener('abort', end)
    if (stop.signal.aborted) end()
    return await result(session, output, options, reasonOf)
  } catch (error) {
    throw reasonOf(error)
  } finally {
    clearTimeout(timer)
    ignoreAbort?.()
  }
}

/** Without a session nobody reads the source: it is let go, as a `pipeline` would. */
async function openWithSource(
  open: Opener,
  output: ExecOutput,
  { options, defaults, signal }: OpeningOptions,
): Promise<Session> {
  const { stdin } = options
  if (stdin !== undefined) claimSource(stdin)
  try {
    signal.throwIfAborted()
    return await open((socket) => output.accept(socket, defaults), signal)
  } catch (error) {
    if (stdin !== undefined) abandonSource(stdin)
    throw error
  }
}

interface OpeningOptions {
  readonly options: ExecOptions
  readonly defaults: SessionDefaults
  readonly signal: AbortSignal
}

interface OutputFields
  extends Pick<ExecErrorFields, 'exitCode' | 'stdout' | 'stderr' | 'verified'> {
  readonly status: Status | null
  readonly protocol: string
}

/** The streams of one exec. */
class ExecOutput {
  readonly #options: ExecOptions
  readonly #wrapper: Wrapper | null
  readonly #stdout: CollectedOutput
  readonly #stderr: CollectedOutput
  #session: Session | undefined

  constructor(options: ExecOptions, wrapper: Wrapper | null) {
    this.#options = options
    this.#wrapper = wrapper
    this.#stdout = this.#collect('stdout')
    this.#stderr = this.#collect('stderr')
  }

  get isOpen(): boolean {
    return this.#session !== undefined
  }

  /** Whether it is known how the command ended. */
  get isKnown(): boolean {
    return this.#session !== undefined && this.#session.outcome !== null
  }

  /** Whether the command's own side has said so, behind all of its output. */
  get isVerified(): boolean {
    return this.#session?.verified === true
  }

  /** Waits no longer for what may follow the command's end. */
  finish(): void {
    this.#session?.finish()
  }

  /** What is known so far; nothing is collected afterwards. */
  get fields(): OutputFields {
    const outcome = this.#session?.outcome ?? null
    const exitCode = outcome?.kind === 'exit' ? outcome.exitCode : null
    return {
      exitCode,
      status: outcome?.status ?? null,
      // The command's own side may have said that the command was not run.
      verified: exitCode !== null && this.isVerified,
      stdout: this.#stdout.take(),
      stderr: this.#stderr.take(),
      protocol: this.#session?.subprotocol ?? '',
    }
  }

  accept(socket: Socket, defaults: SessionDefaults): Session {
    const { stdin: source } = this.#options
    const verification = this.#wrapper === null ? null : new Verification(this.#wrapper)
    const stdin =
      source === undefined
        ? null
        : stdinStream(socket, this.#stdinEnd(socket), this.#options, defaults)
    const streams = { stdin, stdout: this.#stdout, stderr: this.#stderr }
    const session = new Session(socket, guarded(streams, verification), {
      kind: 'exec',
      heartbeat: defaults.heartbeat,
      collected: () => this.fields,
      verification,
    })
    this.#session = session
    if (source !== undefined && stdin !== null) {
      new StdinFeed(source, stdin).run().catch((cause) => {
        if (!this.isKnown) session.breakOff(() => sourceFailed(cause, this.fields))
      })
    }
    return session
  }

  /** Without a CLOSE message the wrapper was told how many bytes there are. */
  #stdinEnd(socket: Socket): StdinEnd {
    const end = stdinEnd(socket, false)
    return end === 'impossible' && this.#wrapper !== null ? 'counted' : end
  }

  #collect(name: 'stdout' | 'stderr'): CollectedOutput {
    const { encoding = 'utf8', maxBuffer = defaultMaxBuffer } = this.#options
    const most = encoding === 'utf8' ? constants.MAX_STRING_LENGTH : constants.MAX_LENGTH
    const remedy = maxBuffer < most ? 'raise maxBuffer, or ' : 'nothing larger fits in one piece; '
    const bound = Math.min(maxBuffer, most)
    return new CollectedOutput(encoding, bound, () => {
      this.#session?.breakOff(() => {
        const message = `${name} is over ${bound} bytes; ${remedy}use spawn and read the stream`
        return new MaxBufferError('ERR_MAX_BUFFER', message, this.fields)
      })
    })
  }
}

async function result(
  session: Session,
  output: ExecOutput,
  { check = false, reject = true }: ExecOptions,
  reasonOf: (error: unknown) => unknown,
): Promise<ExecResult<string | Uint8Array>> {
  let exit: Exit
  try {
    exit = await session.exit
    // Ended from our side behind the outcome: this may not be all of the output.
    if (session.failure !== null) throw session.failure.reason
  } catch (reason) {
    if (reject) throw reason
    const error = reasonOf(reason)
    return {
      ...output.fields,
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

function messageOf({ timeout, onAbort = 'leave' }: ExecOptions, output: ExecOutput): string {
  if (!output.isOpen) return `the session did not open within ${timeout} ms`
  if (output.isKnown) return `the command's output did not end within ${timeout} ms`
  const fate = onAbort === 'leave' ? '; it may still be running' : ' and was to be killed'
  return `the command did not end within ${timeout} ms${fate}`
}
