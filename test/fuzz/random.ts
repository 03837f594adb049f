/** Pseudo-random numbers that the same seed gives again (sfc32). */
export class Random {
  #a: number
  #b: number
  #c = 0x9e3779b9
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = Math.imul(seed, 0x85ebca6b) | 0
    for (let i = 0; i < 12; i++) this.next()
  }

  /** 32 bits. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return this.next() % limit
  }

  chance(one: number): boolean {
    return this.below(one) === 0
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  bytes(most: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.below(most + 1))
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.next()
    return bytes
  }

  /** A few changes of the kind that breaks parsers: bytes flipped, cut out, repeated, put in. */
  mutated(bytes: Uint8Array, tokens: readonly Uint8Array[] = []): Uint8Array {
    let result = bytes
    for (let changes = this.below(4) + 1; changes > 0; changes--) {
      const at = this.below(result.length + 1)
      const end = Math.min(result.length, at + this.below(16))
      const middle = this.pick<() => Uint8Array>([
        () => this.bytes(4),
        () => Uint8Array.of(this.pick([0, 0x22, 0x5c, 0x7b, 0x7d, 0x80, 0xff, 0x0a, 0x3a])),
        () => new Uint8Array(0),
        () => result.subarray(at, end),
        () => (tokens.length === 0 ? this.bytes(2) : this.pick(tokens)),
      ])()
      const kept = this.chance(2) ? end : at
      result = Uint8Array.of(...result.subarray(0, at), ...middle, ...result.subarray(kept))
    }
    return result
  }
}
