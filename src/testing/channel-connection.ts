import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Subprotocol } from '../protocol/index.ts'
import { Channel, decodeBase64Payload, encodeFrame, isBase64Subprotocol } from './wire.ts'

/** Where a session writes to; a fault is one that wraps another. */
export interface Outlet {
  /** Resolves when there is room for more, or when the client has gone and the bytes were dropped. */
  send(channel: number, payload: Uint8Array): Promise<void>
  /** Close 1000 with an empty reason, then the end of TCP without waiting for the client's Close. */
  end(): void
}

/** What takes the client's messages. A promise holds back everything behind it, pings included. */
export interface ChannelReader {
  write(channel: number, payload: Uint8Array): Promise<void> | undefined
  /** v5's CLOSE. */
  close(channel: number): void
}

/** `ws` echoes a client's close code; Kubernetes answers 1000 to any (x/net/websocket, hybi.go). */
export class ServerWebSocket extends WebSocket {
  onPeerClose: (code: number | undefined) => void = () => {}

  /** Called by `ws` itself when the client's Close arrived or broke the protocol. */
  override close(code?: number): void {
    this.onPeerClose(code)
  }

  sendClose(): void {
    super.close(1000)
  }
}

type Inbound =
  | { readonly kind: 'message'; readonly data: Buffer }
  | { readonly kind: 'ping'; readonly data: Buffer }
  | { readonly kind: 'close' }

const outputSlack = 128 * 1024

/**
 * The server's end of a session: channels over one WebSocket, read by a single loop, as apimachinery's `wsstream.Conn`
 * does. While a channel's consumer is busy nothing else is read: no other channel, no ping, no Close.
 */
export class ChannelConnection implements Outlet {
  readonly subprotocol: Subprotocol | ''
  /** Aborted when the client has left or the session was ended. */
  readonly gone: AbortSignal
  /** A fault sets it to `false`. */
  answersPings = true
  readonly #gone = new AbortController()
  readonly #socket: ServerWebSocket
  readonly #stream: Duplex & { destroySoon(): void }
  readonly #reset: () => void
  readonly #inbound: Inbound[] = []
  #reader: ChannelReader | null = null
  #reading = false
  #stdinLeft = Number.POSITIVE_INFINITY
  #written: Promise<void> = Promise.resolve()

  constructor(
    socket: ServerWebSocket,
    stream: Duplex & { destroySoon(): void },
    subprotocol: Subprotocol | '',
    reset: () => void,
  ) {
    this.#socket = socket
    this.#stream = stream
    this.#reset = reset
    this.subprotocol = subprotocol
    this.gone = this.#gone.signal
    setMaxListeners(0, this.gone)
    // The opcode does not matter: a text message with the same bytes is the same.
    socket.on('message', (data: Buffer) => this.#take({ kind: 'message', data }))
    socket.on('ping', (data) => this.#take({ kind: 'ping', data }))
    socket.onPeerClose = (code) => {
      // Over 32 MiB: the real server cuts the connection in the middle of the message.
      if (code === 1009) this.reset()
      else this.#take({ kind: 'close' })
    }
    socket.on('error', () => {})
    socket.on('close', () => this.#gone.abort())
  }

  /** Starts the read loop; what has come in before waits for it. */
  read(reader: ChannelReader): void {
    this.#reader = reader
    void this.#readAll()
  }

  send(channel: number, payload: Uint8Array): Promise<void> {
    return this.sendMessage(encodeFrame(channel, payload, this.subprotocol))
  }

  /** One WebSocket message as it is: a string is a text message. */
  sendMessage(message: Uint8Array | string): Promise<void> {
    if (this.gone.aborted) return Promise.resolve()
    this.#written = new Promise((resolve) => {
      this.#socket.send(message, { binary: typeof message !== 'string' }, () => resolve())
    })
    return this.#socket.bufferedAmount < outputSlack ? Promise.resolve() : this.#written
  }

  /** Resolves when everything sent so far is with the operating system. */
  flushed(): Promise<void> {
    return this.#written
  }

  /** From the next message on, or after so many bytes of stdin, nothing is read any more. */
  stopReading(afterBytes = 0): void {
    this.#stdinLeft = afterBytes
  }

  end(): void {
    if (this.gone.aborted) return
    this.#socket.sendClose()
    this.#stream.destroySoon()
    this.#gone.abort()
  }

  /** Ends TCP in order, without a Close frame: the client sees 1006. */
  cut(): void {
    if (this.gone.aborted) return
    this.#stream.destroySoon()
    this.#gone.abort()
  }

  /** Ends TCP by a reset: unread bytes on either side may be lost. */
  reset(): void {
    this.#reset()
    this.#gone.abort()
  }

  #take(event: Inbound): void {
    this.#inbound.push(event)
    void this.#readAll()
  }

  async #readAll(): Promise<void> {
    if (this.#reading || this.#reader === null) return
    this.#reading = true
    let paused = false
    for (let event = this.#inbound.shift(); event !== undefined; event = this.#inbound.shift()) {
      const busy = this.#handle(event, this.#reader)
      if (busy === undefined) continue
      if (!paused) this.#socket.pause()
      paused = true
      await busy
    }
    this.#reading = false
    if (paused) this.#socket.resume()
  }

  #handle(event: Inbound, reader: ChannelReader): Promise<void> | undefined {
    if (this.gone.aborted) return undefined
    if (this.#stdinLeft <= 0) return new Promise(() => {})
    switch (event.kind) {
      case 'ping':
        if (this.answersPings) this.#socket.pong(event.data, false, () => {})
        return undefined
      case 'close':
        this.end()
        return undefined
      case 'message':
        return this.#handleMessage(event.data, reader)
    }
  }

  #handleMessage(data: Buffer, reader: ChannelReader): Promise<void> | undefined {
    const first = data[0]
    // An empty message is ignored (wsstream/conn.go).
    if (first === undefined) return undefined
    if (isBase64Subprotocol(this.subprotocol)) {
      const payload = decodeBase64Payload(data.subarray(1))
      return payload === null ? undefined : this.#deliver(reader, (first - 0x30) & 0xff, payload)
    }
    if (first !== Channel.Close || this.subprotocol !== 'v5.channel.k8s.io') {
      return this.#deliver(reader, first, data.subarray(1))
    }
    const channel = data[1]
    // A malformed CLOSE ends the read loop and with it the session, without a status.
    if (data.length !== 2 || channel === undefined || channel > Channel.Resize) this.end()
    else reader.close(channel)
    return undefined
  }

  #deliver(reader: ChannelReader, channel: number, payload: Uint8Array): Promise<void> | undefined {
    if (channel !== Channel.Stdin) return reader.write(channel, payload)
    const taken = payload.subarray(0, this.#stdinLeft)
    this.#stdinLeft -= taken.length
    return reader.write(channel, taken)
  }
}
