import { StringDecoder } from 'node:string_decoder'
import type { OutputSink } from './output-sink.ts'
import { PayloadQueue } from './payload-queue.ts'

/** Bytes after which text is decoded, so that no long output is decoded in one go. */
const decodeEvery = 256 * 1024

/** An output channel collected in memory, up to a bound. */
export class CollectedOutput implements OutputSink {
  readonly #queue = new PayloadQueue()
  readonly #decoder: StringDecoder | null
  readonly #maxBuffer: number
  readonly #onOverflow: () => void
  #text = ''
  #taken: string | Buffer | null = null
  #length = 0

  /** @param onOverflow called once, when more than `maxBuffer` bytes have come; the rest is discarded */
  constructor(encoding: 'utf8' | 'buffer', maxBuffer: number, onOverflow: () => void) {
    this.#decoder = encoding === 'utf8' ? new StringDecoder('utf8') : null
    this.#maxBuffer = maxBuffer
    this.#onOverflow = onOverflow
  }

  write(payload: Uint8Array): boolean {
    const room = this.#maxBuffer - this.#length
    if (room < 0 || this.#taken !== null) return true
    this.#length += payload.length
    this.#queue.push(payload.length > room ? payload.subarray(0, room) : payload)
    if (this.#decoder !== null && this.#queue.length >= decodeEvery) {
      this.#text += this.#decoder.write(this.#queue.drain())
    }
    if (payload.length > room) this.#onOverflow()
    return true
  }

  end(): void {}

  /** What was collected; nothing is collected any more. */
  take(): string | Buffer {
    this.#taken ??= this.#decoder === null ? this.#queue.drain() : this.#decodeRest(this.#decoder)
    return this.#taken
  }

  #decodeRest(decoder: StringDecoder): string {
    return this.#text + decoder.end(this.#queue.drain())
  }
}
