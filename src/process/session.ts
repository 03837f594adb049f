import type { ExecErrorFields } from '../errors.ts'
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
import { Deferred } from '../transport/deferred.ts'
import type { HeartbeatOptions } from '../transport/heartbeat.ts'
import { Heartbeat } from '../transport/heartbeat.ts'
import type { Socket, SocketEnd, SocketEvents } from '../transport/socket.ts'
import type { OutputSink } from './output-sink.ts'
import { lost, refused, sourceFailed, unverified, violated } from './session-error.ts'
import type { StdinStream } from './stdin-stream.ts'
import type { Verification } from './verification.ts'

/** Milliseconds without output after which a server that has sent the status is left; all of them close at once. */
const closeAfterStatus = 1_000

/** The same behind the marker: the status has the rest of stdin and a shell's exit in front of it. */
const closeAfterMarker = 3_000

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
  /** Of a command in a wrapper, whose outputs it guards. */
  readonly verification?: Verification | null
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
  readonly #verification: Verification | null
  /** As the server told it. */
  #told: Outcome | null = null
  #failure: { readonly reason: unknown } | null = null
  #aborted: { readonly reason: unknown } | null = null
  #closeTimer: NodeJS.Timeout | undefined
  #held = 0
  #outputs = 0
  #ended = false
  #marked = false
  #left = false

  constructor(socket: Socket, streams: SessionStreams, options: SessionOptions) {
    this.subprotocol = socket.subprotocol
    this.#socket = socket
    this.#streams = streams
    this.#options = options
    this.#verification = options.verification ?? null
    this.#decoder = new SessionDecoder(socket.subprotocol)
    this.exit.catch(() => {})
    streams.stdin?.onAbandon((cause) => this.breakOff(() => sourceFailed(cause, this.#fields())))
    this.#heartbeat =
      options.heartbeat === false ? null : new Heartbeat(socket, this, options.heartbeat)
  }

  /** Settles once; observed inside, so that nobody has to. */
  get exit(): Promise<Exit> {
    return this.#exit.promise
  }

  get kind(): 'exec' | 'attach' {
    return this.#options.kind
  }

  get ended(): boolean {
    return this.#ended
  }

  get isSilent(): boolean {
    return this.#heartbeat?.isSilent === true
  }

  /** How the command ended, as soon as it is known; output may still come. */
  get outcome(): Outcome | null {
    return this.#verification === null ? this.#told : this.#verification.outcome(this.#told)
  }

  /** Whether nothing more will be known of the command, or nothing more has to be. */
  get isOver(): boolean {
    return this.#ended || this.outcome !== null
  }

  /** Whether the command's own side vouches for that. */
  get verified(): boolean {
    return this.#marked
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

  /**
   * The same for what goes wrong here, as far as the session is still wanted: one that was aborted goes on until the
   * command has ended, and whatever else uses the same signal fails with it.
   */
  breakOff(reason: () => unknown): void {
    if (!this.#ended && this.#failure === null && this.#aborted === null) this.fail(reason())
  }

  /** Ends the session from our side, without waiting for what may follow a known end; that is no failure. */
  finish(): void {
    if (!this.#ended) this.#socket.close()
  }

  /** The session goes on, but `exit` rejects with the reason, whatever it comes to; unless the outcome is known. */
  abort(reason: unknown): void {
    if (!this.isOver) this.#aborted ??= { reason }
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
        if (this.#socket.backlog === Infinity) this.broken()
      }
      if (this.#verification?.isComplete === true && !this.#marked) this.#mark()
    } else if (event.type === 'outcome') {
      if (this.#failure === null && !this.#left) this.#know(event.outcome)
    } else {
      this.#violate(event.violation)
    }
  }

  pong(payload: string): void {
    this.#streams.stdin?.pong(payload)
  }

  drain(): void {
    this.#streams.stdin?.drain()
  }

  /** Whoever waits for stdin before reading the output, which holds back the end, would wait for good. */
  broken(): void {
    if (this.#held !== 0) this.#streams.stdin?.release()
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

  pingPayload(): string | null {
    return this.#held !== 0 ? null : (this.#streams.stdin?.window.pingPayload ?? '')
  }

  #know(outcome: Outcome): void {
    this.#told = outcome
    this.#streams.stdin?.release()
    this.#closeWhenQuiet(closeAfterStatus)
  }

  /** The command's own side has told its end. Its wrapper waits for the end of stdin, and the status for the wrapper. */
  #mark(): void {
    this.#marked = true
    if (this.#told !== null) return
    if (this.#streams.stdin?.cutShort() === false) this.#leave()
    else this.#closeWhenQuiet(closeAfterMarker)
  }

  /** A status that is on its way now may come or not: it is nobody's to see. */
  #leave(): void {
    this.#left = true
    this.#socket.close()
  }

  #violate(violation: Violation): void {
    if (this.#marked) this.#socket.close()
    else this.fail(violated(violation, this.#fields()))
  }

  /** Nothing on the server's side orders status and output: what we hold back, or is still coming, is not cut off. */
  #closeWhenQuiet(delay: number): void {
    const outputs = this.#outputs
    clearTimeout(this.#closeTimer)
    this.#closeTimer = setTimeout(() => {
      if (this.#held !== 0 || this.#outputs !== outputs) this.#closeWhenQuiet(delay)
      else this.#socket.close()
    }, delay)
  }

  #settle(end: SocketEnd, last: SessionEvent | null): void {
    const failure = this.#failure
    // The answer to a close of ours says nothing about the command.
    if (failure === null && last?.type === 'outcome') this.#told = last.outcome
    const outcome = this.outcome
    const problem = this.#verification?.problem(this.#told, this.#fields()) ?? null
    if (this.#aborted !== null) this.#reject(this.#aborted.reason)
    else if (problem !== null) this.#reject(problem)
    else if (outcome?.kind === 'exit') this.#resolve(outcome)
    else if (outcome?.kind === 'failure')
      this.#reject(refused(this.kind, outcome.status, this.#fields()))
    else if (failure !== null) this.#reject(failure.reason)
    else if (last?.type === 'violation') this.#reject(violated(last.violation, this.#fields()))
    else if (this.#told !== null) this.#reject(unverified(end, this.#told.status, this.#fields()))
    else this.#reject(lost(end, this.#fields()))
  }

  #resolve({ exitCode, status }: Outcome & { kind: 'exit' }): void {
    this.#endOutput(this.#failure === null ? null : errorOf(this.#failure.reason))
    this.#streams.stdin?.release()
    const ofExec = this.kind === 'exec'
    this.#exit.resolve({ exitCode: ofExec ? exitCode : null, status, verified: this.#marked })
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

  #fields(): Partial<ExecErrorFields> {
    return { ...this.#options.collected(), protocol: this.subprotocol }
  }
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
