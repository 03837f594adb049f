import type { Deflate, Inflate } from 'node:zlib'
import { constants, createDeflate, createInflate } from 'node:zlib'
import { hex } from './messages.ts'
import { readJson } from './vectors.ts'

type Headers = readonly (readonly [name: string, value: string])[]

const dictionary = Buffer.from((readJson('spdy-dictionary.json') as { hex: string }).hex, 'hex')

/** Section 11 of docs/PROTOCOL.md, for tests: the frames in one direction of a tunnel. */
export class SpdyReader {
  readonly #inflater = new Codec(createInflate({ dictionary }))
  #rest = Buffer.alloc(0)

  async read(chunk: Uint8Array): Promise<object[]> {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const frames: object[] = []
    while (this.#rest.length >= 8) {
      const end = 8 + this.#rest.readUIntBE(5, 3)
      if (this.#rest.length < end) break
      const frame = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      frames.push(await this.#frame(frame))
    }
    return frames
  }

  async #frame(frame: Buffer): Promise<object> {
    const fin = (frame.readUInt8(4) & 1) === 1
    const payload = frame.subarray(8)
    const number = (at: number) => payload.readUInt32BE(at)
    if ((frame.readUInt8(0) & 0x80) === 0) {
      return { type: 'DATA', stream: frame.readUInt32BE(0), fin, payload: hex(payload) }
    }
    const withHeaders = async (type: string, from: number) => {
      const headers = headersOf(await this.#inflater.take(payload.subarray(from)))
      return { type, stream: number(0), fin, headers }
    }
    const type = frame.readUInt16BE(2)
    if (type === 1) return withHeaders('SYN_STREAM', 10)
    if (type === 2) return withHeaders('SYN_REPLY', 4)
    if (type === 8) return withHeaders('HEADERS', 4)
    if (type === 3) return { type: 'RST_STREAM', stream: number(0), code: number(4) }
    if (type === 6) return { type: 'PING', id: number(0) }
    if (type === 7) return { type: 'GOAWAY', stream: number(0), code: number(4) }
    return { type: 'OTHER', number: type }
  }
}

/** The client's direction. */
export class SpdyWriter {
  readonly #deflater = new Codec(createDeflate({ dictionary }))

  async synStream(stream: number, headers: Headers): Promise<Buffer> {
    const text = (value: string) => Buffer.concat([uint32(value.length), Buffer.from(value)])
    const block = Buffer.concat([uint32(headers.length), ...headers.flat().map(text)])
    const compressed = await this.#deflater.take(block)
    return control(1, Buffer.concat([uint32(stream), uint32(0), Buffer.alloc(2), compressed]))
  }

  ping(id: number): Buffer {
    return control(6, uint32(id))
  }

  data(stream: number, payload: Uint8Array, fin = false): Buffer {
    const head = Buffer.concat([uint32(stream), uint32(payload.length)])
    head[4] = fin ? 1 : 0
    return Buffer.concat([head, payload])
  }
}

/** One zlib stream, flushed after each block. */
class Codec {
  readonly #stream: Deflate | Inflate
  #output: Buffer[] = []

  constructor(stream: Deflate | Inflate) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#output.push(chunk))
  }

  async take(block: Uint8Array): Promise<Buffer> {
    this.#stream.write(block)
    await new Promise<void>((done) => this.#stream.flush(constants.Z_SYNC_FLUSH, done))
    return Buffer.concat(this.#output.splice(0))
  }
}

function headersOf(block: Buffer): [string, string][] {
  let at = 4
  const text = () => {
    const length = block.readUInt32BE(at)
    at += 4 + length
    return block.toString('utf8', at - length, at)
  }
  return Array.from({ length: block.readUInt32BE(0) }, () => [text(), text()])
}

function control(type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0x80, 3, 0, type), uint32(payload.length), payload])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
