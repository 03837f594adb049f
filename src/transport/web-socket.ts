import type { TLSSocket } from 'node:tls'
import type { RawData, WebSocket } from 'ws'
import type { Message, Subprotocol } from '../protocol/index.ts'
import { maskedFrame } from './masked-frame.ts'
import { readToEnd } from './read-to-end.ts'
import type { Probe, Socket, SocketEvents } from './socket.ts'

/** Milliseconds that a peer has to answer our close frame, and to end TCP after its own. */
export const closeGrace = 1_000

/** The `Socket` over a WebSocket of `ws` that has just opened, without answers to pings of its own. */
export class OpenSocket implements Socket {
  readonly subprotocol: Subprotocol
  readonly probe: Probe
  readonly #webSocket: WebSocket
  readonly #connection: TLSSocket
  #cause: Error | null = null
  #takesNothing = false
  #unanswered: Buffer | null = null

  constructor(webSocket: WebSocket, connection: TLSSocket, subprotocol: Subprotocol, probe: Probe) {
    this.subprotocol = subprotocol
    this.#webSocket = webSocket
    this.#connection = connection
    this.probe = probe
  }

  /** To be called before the event loop turns: messages may have come in one segment with the 101. */
  listen(events: SocketEvents): void {
    this.#webSocket.on('message', (data, isBinary) => events.message(messageOf(data, isBinary)))
    this.#webSocket.on('pong', (payload) => events.pong(payload.toString('latin1')))
    this.#webSocket.on('ping', (payload) => {
      this.#unanswered = payload
      this.#answer()
    })
    const onError = (error: Error) => {
      this.#cause ??= error
    }
    readToEnd(this.#connection, (error) => {
      this.#takesNothing = true
      onError(error)
      events.broken?.()
    })
    // A protocol error, or a reset, which `ws` keeps to itself: `close` follows.
    this.#webSocket.on('error', onError)
    this.#connection.on('error', onError)
    // Nothing more can come, and a server that left may never take what is still to be sent.
    this.#connection.once('end', () => this.#connection.destroy())
    // Both close frames are through: to wait for the end of TCP as well would take a round trip and tell nothing.
    this.#connection.once('finish', () => this.#connection.destroy())
    this.#connection.on('drain', () => {
      this.#answer()
      events.drain?.()
    })
    this.#webSocket.once('close', (code, reason) => {
      events.end({ code, reason: reason.toString(), cause: this.#cause })
    })
  }

  get bytesRead(): number {
    return this.#connection.bytesRead
  }

  get backlog(): number {
    return this.#isOpen() ? this.#connection.writableLength : Infinity
  }

  send(message: Message): void {
    if (!this.#isOpen()) return
    if (typeof message === 'string') this.#webSocket.send(message)
    // Nothing waits inside `ws` without compression, so the order is kept.
    else this.#connection.write(maskedFrame(message))
  }

  ping(payload: string): void {
    if (this.#isOpen()) this.#webSocket.ping(payload)
  }

  pause(): void {
    this.#webSocket.pause()
  }

  resume(): void {
    this.#webSocket.resume()
  }

  close(): void {
    this.#webSocket.close(1000)
    // The answer to our close frame is behind whatever the server sent before it.
    this.#webSocket.resume()
  }

  terminate(cause?: Error): void {
    this.#cause ??= cause ?? null
    this.#webSocket.terminate()
    this.#webSocket.resume()
  }

  /** Answers do not pile up before a server that takes none: the last one is for all (RFC 6455, section 5.5.3). */
  #answer(): void {
    if (this.#unanswered === null || this.#connection.writableNeedDrain || !this.#isOpen()) return
    this.#webSocket.pong(this.#unanswered)
    this.#unanswered = null
  }

  #isOpen(): boolean {
    return !this.#takesNothing && this.#webSocket.readyState === this.#webSocket.OPEN
  }
}

function messageOf(data: RawData, isBinary: boolean): Message {
  // `ws` hands over one Buffer with the default `binaryType`.
  const bytes = data as Buffer
  return isBinary ? bytes : bytes.toString('latin1')
}
