import { createHash } from 'node:crypto'

/** The same numbers for the same seed: xorshift. */
export class Random {
  #state: number

  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readInt32LE() || 1
  }

  /** From 0 to `below`, without it. */
  whole(below: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return Math.floor(((x >>> 0) / 2 ** 32) * below)
  }

  chance(probability: number): boolean {
    return this.whole(1_000_000) < probability * 1_000_000
  }

  pick<T>(from: readonly T[]): T {
    return from[this.whole(from.length)] as T
  }

  /** Small numbers as often as large ones. */
  size(most: number): number {
    return Math.floor(2 ** ((this.whole(1_000) / 1_000) * Math.log2(most + 1))) - 1
  }

  fill(bytes: Buffer): Buffer {
    for (let i = 0; i + 4 <= bytes.length; i += 4) bytes.writeUInt32LE(this.whole(2 ** 32), i)
    return bytes
  }
}
