/** Payloads below this size, in bytes, are copied: a view keeps the whole segment alive that it was received in. */
const smallPayload = 16 * 1024
const slabSize = 64 * 1024

/**
 * Bytes in the order they came, with little memory beside them: what a server cuts into tiny messages is joined again.
 */
export class PayloadQueue {
  #chunks: Uint8Array[] = []
  #head = 0
  /** The last chunk while it is a slab of ours with room left. */
  #slab: Buffer | null = null
  #slabUsed = 0
  #length = 0

  /** Bytes. */
  get length(): number {
    return this.#length
  }

  push(payload: Uint8Array): void {
    this.#length += payload.length
    if (payload.length >= smallPayload) {
      this.#closeSlab()
      this.#chunks.push(payload)
      return
    }
    if (this.#slab === null || slabSize - this.#slabUsed < payload.length) {
      this.#closeSlab()
      this.#slab = Buffer.allocUnsafeSlow(slabSize)
    }
    this.#slab.set(payload, this.#slabUsed)
    this.#slabUsed += payload.length
  }

  /** The next bytes, as many as are at hand in one piece. */
  shift(): Uint8Array | undefined {
    if (this.#head === this.#chunks.length) {
      this.#closeSlab()
      if (this.#head === this.#chunks.length) return undefined
    }
    const chunk = this.#chunks[this.#head] as Uint8Array
    this.#head += 1
    // A queue that never runs empty must not keep what it has handed out.
    if (this.#head * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
    this.#length -= chunk.length
    return chunk
  }

  /** All bytes in one piece; the queue is empty afterwards. */
  drain(): Buffer {
    this.#closeSlab()
    const bytes = Buffer.concat(this.#chunks.slice(this.#head), this.#length)
    this.clear()
    return bytes
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#slab = null
    this.#slabUsed = 0
    this.#length = 0
  }

  #closeSlab(): void {
    if (this.#slab !== null && this.#slabUsed > 0) {
      this.#chunks.push(this.#slab.subarray(0, this.#slabUsed))
    }
    this.#slab = null
    this.#slabUsed = 0
  }
}
