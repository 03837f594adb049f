import { tell } from '../callback.ts'
import type { Message, Subprotocol, TraceEvent, TraceRequest } from '../protocol/index.ts'
import { traceMessage } from '../protocol/trace.ts'
import type { Socket, SocketEnd, SocketEvents } from './socket.ts'

/** Gets everything that happens on a session's socket, as it happens. */
export type Trace = (event: TraceEvent) => void

/** A socket that tells a trace of everything that goes through it. */
export class TracedSocket implements Socket {
  readonly #socket: Socket
  readonly #started = performance.now()
  #trace: Trace | null

  constructor(socket: Socket, request: TraceRequest, trace: Trace) {
    this.#socket = socket
    this.#trace = trace
    const { subprotocol } = socket
    const started = new Date().toISOString()
    this.#tell({ type: 'open', time: 0, version: 1, started, subprotocol, request })
  }

  /** The session's side: what arrives is told before the session sees it. */
  events(session: SocketEvents): SocketEvents {
    return {
      message: (message) => {
        this.#tell(traceMessage(this.#now(), 'in', message, this.subprotocol))
        session.message(message)
      },
      pong: (payload) => {
        this.#tell({ type: 'pong', time: this.#now(), direction: 'in' })
        session.pong(payload)
      },
      drain: () => session.drain?.(),
      broken: () => session.broken?.(),
      end: (end: SocketEnd) => {
        const { code, reason, cause } = end
        const error = cause?.message ?? null
        this.#tell({ type: 'end', time: this.#now(), code, reason, error })
        session.end(end)
      },
    }
  }

  get subprotocol(): Subprotocol {
    return this.#socket.subprotocol
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  get backlog(): number {
    return this.#socket.backlog
  }

  send(message: Message): void {
    this.#tell(traceMessage(this.#now(), 'out', message, this.subprotocol))
    this.#socket.send(message)
  }

  ping(payload: string): void {
    this.#tell({ type: 'ping', time: this.#now(), direction: 'out' })
    this.#socket.ping(payload)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#tell({ type: 'close', time: this.#now() })
    this.#socket.close()
  }

  terminate(cause?: Error): void {
    this.#socket.terminate(cause)
  }

  probe(signal: AbortSignal): Promise<boolean> {
    return this.#socket.probe(signal)
  }

  #now(): number {
    return performance.now() - this.#started
  }

  /** A trace that fails must not end the session; it is told no more. */
  #tell(event: TraceEvent): void {
    if (this.#trace !== null) tell(this.#trace, event, this.#onFailure)
  }

  readonly #onFailure = (error: unknown): void => {
    // An async one may have been told more before it failed, and fails as often.
    if (this.#trace === null) return
    this.#trace = null
    process.emitWarning(`the trace of a session failed: ${(error as Error)?.message}`)
  }
}
