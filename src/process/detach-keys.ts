const key = /^(?:ctrl-([@a-z[\\\]^_])|([ -~]))$/

/**
 * The bytes of a sequence of keys in docker's syntax: a comma between two, each a character of ASCII or `ctrl-` with a
 * letter, `@`, `[`, `\`, `]`, `^` or `_`, such as `ctrl-p,ctrl-q`.
 * @throws {TypeError} not a string
 * @throws {RangeError} no such sequence
 */
export function parseDetachKeys(keys: unknown): readonly number[] {
  if (typeof keys !== 'string') throw new TypeError('detachKeys must be a string')
  return keys.split(',').map((text) => {
    const [, control, character] = key.exec(text) ?? []
    if (control !== undefined) return control.charCodeAt(0) & 0x1f
    if (character !== undefined) return character.charCodeAt(0)
    throw new RangeError(
      `detachKeys must be keys with a comma between two, such as 'ctrl-p,ctrl-q'; ${JSON.stringify(text.slice(0, 80))} is no key`,
    )
  })
}

/** What is typed, without the sequence that detaches: as much of it as has been typed so far is held back. */
export class DetachKeys {
  readonly #keys: readonly number[]
  readonly #held: number[] = []

  constructor(keys: readonly number[]) {
    this.#keys = keys
  }

  /** What has been typed of the sequence. */
  get held(): Uint8Array {
    return Uint8Array.from(this.#held)
  }

  /** What is to be passed on, and whether the sequence is complete; what is behind it counts for nothing. */
  filter(typed: Uint8Array): { readonly passed: Uint8Array; readonly detached: boolean } {
    if (this.#keys.length === 0) return { passed: typed, detached: false }
    const passed: number[] = []
    for (const byte of typed) {
      this.#held.push(byte)
      while (!this.#held.every((held, i) => held === this.#keys[i])) {
        passed.push(this.#held.shift() as number)
      }
      if (this.#held.length === this.#keys.length) {
        return { passed: Uint8Array.from(passed), detached: true }
      }
    }
    return { passed: Uint8Array.from(passed), detached: false }
  }
}
