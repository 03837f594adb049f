import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { connect } from 'node:tls'
import type { ConformanceServer } from './conformance-server.ts'

/** One frame as it was received; a Close is `closeCode`. */
export interface RawFrame {
  readonly opcode: number
  readonly fin: boolean
  readonly payload: Buffer
}

export const Opcode = { Continuation: 0, Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const

export interface FrameOptions {
  readonly opcode?: number
  readonly fin?: boolean
  readonly masked?: boolean
}

export interface RawRequest {
  readonly path: string
  readonly method?: string
  /** The Sec-WebSocket-Protocol lines. */
  readonly lines?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** `null`: no Authorization. */
  readonly token?: string | null
  /** What goes out right behind the request, before there is an answer. */
  readonly early?: Uint8Array
}

/** A WebSocket by hand, byte by byte, which can do what no library lets it do. */
export class RawWebSocket {
  readonly status: number
  /** Lower-case names; the values as they stand there. */
  readonly headers: ReadonlyMap<string, string>
  readonly #socket: TLSSocket
  #buffer: Buffer
  #ended = false
  #wake: () => void = () => {}

  private constructor(socket: TLSSocket, head: string, rest: Buffer) {
    const [statusLine = '', ...lines] = head.split('\r\n')
    this.status = Number(statusLine.split(' ')[1])
    this.headers = new Map(
      lines.map((line) => {
        const at = line.indexOf(':')
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
      }),
    )
    this.#socket = socket
    this.#buffer = rest
    socket.on('data', (data: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, data])
      this.#wake()
    })
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, () => {
        this.#ended = true
        this.#wake()
      })
    }
  }

  /** Sends the request and waits for the head of the answer. */
  static async open(server: ConformanceServer, request: RawRequest): Promise<RawWebSocket> {
    const { path, method = 'GET', lines = [], headers = {} } = request
    const { token = server.tokens.admin, early = new Uint8Array() } = request
    const { hostname, port } = new URL(server.url)
    const ALPNProtocols = ['http/1.1']
    const socket = connect({ host: hostname, port: Number(port), ca: server.ca, ALPNProtocols })
    await once(socket, 'secureConnect')
    const head = [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...lines.map((line) => `Sec-WebSocket-Protocol: ${line}`),
      ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ]
    socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), early]))
    let received = Buffer.alloc(0)
    for (;;) {
      const [data] = (await once(socket, 'data')) as [Buffer]
      received = Buffer.concat([received, data])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) continue
      const rest = received.subarray(end + 4)
      return new RawWebSocket(socket, received.toString('latin1', 0, end), Buffer.from(rest))
    }
  }

  /** The body of a refusal, up to its length or the end of the connection. */
  async body(): Promise<string> {
    const length = Number(this.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
    while (this.#buffer.length < length && !this.#ended) await this.#more()
    this.#socket.destroy()
    return this.#buffer.toString()
  }

  send(payload: Uint8Array, frame: FrameOptions = {}): void {
    this.#socket.write(encodeRaw(payload, frame))
  }

  /** The next frame; `null` at the end of the connection. */
  async next(): Promise<RawFrame | null> {
    for (;;) {
      const frame = this.#take()
      if (frame !== null) return frame
      if (this.#ended) return null
      await this.#more()
    }
  }

  /** All frames up to the end of the connection, or up to a Close. */
  async rest(): Promise<RawFrame[]> {
    const frames: RawFrame[] = []
    for (;;) {
      const frame = await this.next()
      if (frame === null) return frames
      frames.push(frame)
      if (frame.opcode === Opcode.Close) {
        this.destroy()
        return frames
      }
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #take(): RawFrame | null {
    const buffer = this.#buffer
    if (buffer.length < 2) return null
    const short = (buffer[1] as number) & 0x7f
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0
    if (buffer.length < 2 + extended) return null
    const length =
      extended === 0
        ? short
        : extended === 2
          ? buffer.readUInt16BE(2)
          : Number(buffer.readBigUInt64BE(2))
    const end = 2 + extended + length
    if (buffer.length < end) return null
    this.#buffer = buffer.subarray(end)
    const first = buffer[0] as number
    return {
      opcode: first & 0xf,
      fin: (first & 0x80) !== 0,
      payload: buffer.subarray(2 + extended, end),
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** The messages of some frames: `[channel] payload`, or `Close code reason`. */
export function shown(frames: readonly RawFrame[]): string[] {
  return frames.map(({ opcode, payload }) => {
    if (opcode === Opcode.Close) {
      return `Close ${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`.trim()
    }
    if (opcode === Opcode.Pong) return `Pong ${payload}`.trim()
    if (opcode === Opcode.Text) return payload.toString()
    return `[${payload[0]}] ${payload.toString('utf8', 1)}`.trim()
  })
}

/** A frame of a client. */
export function encodeRaw(payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { opcode = Opcode.Binary, fin = true, masked = true } = options
  const { length } = payload
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + extended)
  head[0] = (fin ? 0x80 : 0) | opcode
  head[1] = (masked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) head.writeUInt16BE(length, 2)
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2)
  // A mask of zeros leaves the payload as it is, and is a mask.
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}
