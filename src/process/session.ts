import type { ExecErrorFields } from '../errors.ts'
import { ConnectionLostError, ProtocolError, StatusError } from '../errors.ts'
import type {
  Message,
  Outcome,
  SessionEvent,
  Status,
  Subprotocol,
  TerminalSize,
  Violation,
} from '../protocol/index.ts'
import { Channel, encodeFrame, encodeResize, SessionDecoder } from '../protocol/index.ts'
import { printable } from '../protocol/printable.ts'
import { Deferred } from '../transport/deferred.ts'
import type { HeartbeatOptions } from '../transport/heartbeat.ts'
import { Heartbeat } from '../transport/heartbeat.ts'
import type { Socket, SocketEnd, SocketEvents } from '../transport/socket.ts'
import type { OutputSink } from './output-sink.ts'
import type { StdinStream } from './stdin-stream.ts'

/** Milliseconds without output after which a server that has sent the status is left; all of them close at once. */
const closeAfterStatus = 1_000

/** Unacknowledged stdin, in bytes, from which silence may mean that the command does not read. */
const busyStdin = 4 * 1024

/** How a command ended. */
export interface Exit {
  /** `null` for an attach, whose end says nothing about the process. */
  readonly exitCode: number | null
  /** As the server sent it; `null` for the silent success of v1. */
  readonly status: Status | null
  /** Whether the exit code is vouched for by the command's own side, not only by the server. */
  readonly verified: boolean
}

export interface SessionStreams {
  readonly stdin: StdinStream | null
  readonly stdout: OutputSink | null
  readonly stderr: OutputSink | null
}

export interface SessionOptions {
  readonly kind: 'exec' | 'attach'
  readonly heartbeat: HeartbeatOptions | false
  /** What errors say of the output so far. */
  readonly collected: () => Pick<ExecErrorFields, 'stdout' | 'stderr'>
}

/**
 * One open exec or attach session: hands messages to the streams, holds the socket back when they are full, and finds
 * out how it ends. It ends exactly once, after the last output was handed over, and leaves nothing behind.
 */
export class Session implements SocketEvents {
  readonly subprotocol: Subprotocol
  readonly #socket: Socket
  readonly #streams: SessionStreams
  readonly #options: SessionOptions
  readonly #decoder: SessionDecoder
  readonly #heartbeat: Heartbeat | null
  readonly #exit = new Deferred<Exit>()
  readonly #onEnd: (() => void)[] = []
  #outcome: Outcome | null = null
  #failure: { readonly reason: unknown } | null = null
  #closeTimer: NodeJS.Timeout | undefined
  #held = 0
  #outputs = 0
  #ended = false

  constructor(socket: Socket, streams: SessionStreams, options: SessionOptions) {
    this.subprotocol = socket.subprotocol
    this.#socket = socket
    this.#streams = streams
    this.#options = options
    this.#decoder = new SessionDecoder(socket.subprotocol)
    this.exit.catch(() => {})
    this.#heartbeat =
      options.heartbeat === false ? null : new Heartbeat(socket, this, options.heartbeat)
  }

  /** Settles once; observed inside, so that nobody has to. */
  get exit(): Promise<Exit> {
    return this.#exit.promise
  }

  get ended(): boolean {
    return this.#ended
  }

  /** How the command ended, as soon as it is known; output may still come. */
  get outcome(): Outcome | null {
    return this.#outcome
  }

  /** Why the session was ended from our side; `null`: it was not. */
  get failure(): { readonly reason: unknown } | null {
    return this.#failure
  }

  /** Calls back when the session has ended, just before `exit` settles. */
  onEnd(callback: () => void): void {
    this.#onEnd.push(callback)
  }

  /** There is room again in the sink of this channel. */
  release(channel: number): void {
    this.#held &= ~(1 << channel)
    if (this.#held === 0 && !this.#ended) this.#socket.resume()
  }

  /** @throws {TypeError | RangeError} not a size */
  resize(size: TerminalSize): void {
    const payload = encodeResize(size)
    this.#socket.send(encodeFrame(Channel.Resize, payload, this.subprotocol))
  }

  /**
   * Ends the session from our side: what was not read yet is discarded, and the streams fail with the reason. So does
   * `exit`, unless the outcome is known already, which is final.
   */
  fail(reason: unknown): void {
    if (this.#ended || this.#failure !== null) return
    this.#failure = { reason }
    this.#held = 0
    this.#socket.close()
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate()
  }

  message(message: Message): void {
    const event = this.#decoder.decode(message)
    if (event === null) return
    if (event.type === 'output') {
      const sink = event.channel === Channel.Stdout ? this.#streams.stdout : this.#streams.stderr
      this.#outputs += 1
      // After a failure of ours nobody is to get more, and nothing may hold back the end.
      if (sink !== null && this.#failure === null && !sink.write(event.payload)) {
        this.#held |= 1 << event.channel
        this.#socket.pause()
      }
    } else if (event.type === 'outcome') {
      if (this.#failure === null) this.#know(event.outcome)
    } else {
      this.fail(this.#violated(event.violation))
    }
  }

  pong(payload: string): void {
    this.#streams.stdin?.pong(payload)
  }

  end(end: SocketEnd): void {
    this.#ended = true
    clearTimeout(this.#closeTimer)
    this.#heartbeat?.stop()
    for (const callback of this.#onEnd) callback()
    this.#settle(end, this.#decoder.end(end))
  }

  silenceIsExpected(): boolean {
    return this.#held !== 0 || (this.#streams.stdin?.window.unacknowledged ?? 0) > busyStdin
  }

  pingPayload(): string {
    return this.#streams.stdin?.window.pingPayload ?? ''
  }

  #know(outcome: Outcome): void {
    this.#outcome = outcome
    this.#streams.stdin?.release()
    this.#closeWhenQuiet()
  }

  /** Nothing on the server's side orders status and output: what we hold back, or is still coming, is not cut off. */
  #closeWhenQuiet(): void {
    const outputs = this.#outputs
    this.#closeTimer = setTimeout(() => {
      if (this.#held !== 0 || this.#outputs !== outputs) this.#closeWhenQuiet()
      else this.#socket.close()
    }, closeAfterStatus)
  }

  #settle(end: SocketEnd, last: SessionEvent | null): void {
    const failure = this.#failure
    // The answer to a close of ours says nothing about the command.
    if (failure === null && last?.type === 'outcome') this.#outcome = last.outcome
    const outcome = this.#outcome
    if (outcome?.kind === 'exit') this.#resolve(outcome)
    else if (outcome?.kind === 'failure') this.#reject(this.#refused(outcome.status))
    else if (failure !== null) this.#reject(failure.reason)
    else if (last?.type === 'violation') this.#reject(this.#violated(last.violation))
    else this.#reject(this.#lost(end))
  }

  #resolve({ exitCode, status }: Outcome & { kind: 'exit' }): void {
    this.#endOutput(this.#failure === null ? null : errorOf(this.#failure.reason))
    this.#streams.stdin?.release()
    const ofExec = this.#options.kind === 'exec'
    this.#exit.resolve({ exitCode: ofExec ? exitCode : null, status, verified: false })
  }

  #reject(reason: unknown): void {
    const error = errorOf(reason)
    this.#endOutput(error)
    this.#streams.stdin?.destroy(error)
    this.#exit.reject(reason)
  }

  #endOutput(error: Error | null): void {
    const rest = this.#failure === null ? 'deliver' : 'discard'
    this.#streams.stdout?.end(error, rest)
    this.#streams.stderr?.end(error, rest)
  }

  #violated({ violation, description }: Violation): ProtocolError {
    const code = violation === 'status' ? 'ERR_STATUS_MALFORMED' : 'ERR_PROTOCOL'
    return new ProtocolError(code, description, this.#fields())
  }

  #refused(status: Status): StatusError {
    const words = printable(status.message ?? 'it gave no reason (servers before 1.36 lose some)')
    return new StatusError('ERR_STATUS', `the server could not run the command: ${words}`, {
      ...this.#fields(),
      status,
    })
  }

  #lost(end: SocketEnd): ConnectionLostError | ProtocolError {
    const cause = end.cause ?? undefined
    const fields = { ...this.#fields(), cause, closeCode: end.code }
    const unknown = 'whether and how the command ended is not known'
    if (cause !== undefined && 'code' in cause && String(cause.code).startsWith('WS_ERR_')) {
      return new ProtocolError(
        'ERR_PROTOCOL',
        `the server broke the WebSocket protocol: ${cause.message}`,
        fields,
      )
    }
    if (end.code === 1006) {
      const why = cause === undefined ? '' : ` (${printable(cause.message)})`
      return new ConnectionLostError(
        'ERR_CONNECTION_LOST',
        `the connection was lost${why}; ${unknown}`,
        fields,
      )
    }
    return new ConnectionLostError(
      'ERR_NO_STATUS',
      `the server closed the session (close code ${end.code}) without a status; ${unknown}`,
      fields,
    )
  }

  #fields(): Partial<ExecErrorFields> {
    return { ...this.#options.collected(), protocol: this.subprotocol }
  }
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
