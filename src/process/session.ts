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

/** Milliseconds that a server has to close the connection after the status; all of them do so at once. */
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

  /** Ends the session from our side; `exit` rejects with the reason, unless the outcome is known already. */
  fail(reason: unknown): void {
    if (this.#ended || this.#outcome !== null || this.#failure !== null) return
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
    this.#closeTimer = setTimeout(() => this.#socket.close(), closeAfterStatus)
  }

  #settle(end: SocketEnd, last: SessionEvent | null): void {
    if (last?.type === 'outcome') this.#outcome ??= last.outcome
    const outcome = this.#outcome
    if (this.#failure !== null) this.#reject(this.#failure.reason, 'discard')
    else if (outcome?.kind === 'exit') this.#resolve(outcome)
    else if (outcome?.kind === 'failure') this.#reject(this.#refused(outcome.status), 'deliver')
    else if (last?.type === 'violation') this.#reject(this.#violated(last.violation), 'deliver')
    else this.#reject(this.#lost(end), 'deliver')
  }

  #resolve({ exitCode, status }: Outcome & { kind: 'exit' }): void {
    const { stdin, stdout, stderr } = this.#streams
    stdout?.end(null, 'deliver')
    stderr?.end(null, 'deliver')
    stdin?.release()
    const ofExec = this.#options.kind === 'exec'
    this.#exit.resolve({ exitCode: ofExec ? exitCode : null, status, verified: false })
  }

  #reject(reason: unknown, rest: 'deliver' | 'discard'): void {
    const { stdin, stdout, stderr } = this.#streams
    const error = reason instanceof Error ? reason : new Error('aborted', { cause: reason })
    stdout?.end(error, rest)
    stderr?.end(error, rest)
    stdin?.destroy(error)
    this.#exit.reject(reason)
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
      const why = cause === undefined ? '' : ` (${cause.message})`
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
