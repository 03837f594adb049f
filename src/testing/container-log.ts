const limit = 1024 * 1024

/** What a container has printed so far; the last MiB of it. */
export class ContainerLog {
  #text: Buffer
  readonly #followers = new Set<(output: Uint8Array) => void>()

  constructor(text: string) {
    this.#text = Buffer.from(text)
  }

  append(output: Uint8Array): void {
    this.#text = Buffer.concat([this.#text, output]).subarray(-limit)
    for (const follower of this.#followers) follower(output)
  }

  /** The log as it is. @param tailLines only so many lines of its end */
  read(tailLines?: number): Buffer {
    if (tailLines === undefined) return this.#text
    if (tailLines === 0) return Buffer.alloc(0)
    const lines = this.#text.toString('latin1').split(/(?<=\n)/)
    return Buffer.from(lines.slice(-tailLines).join(''), 'latin1')
  }

  /** Calls back for everything printed from now on, until the function returned is called. */
  follow(follower: (output: Uint8Array) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}
