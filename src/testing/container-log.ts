const limit = 1024 * 1024

/** A piece of a log: a line, or what has come of it. */
export interface LogEntry {
  readonly time: Date
  readonly bytes: Uint8Array
  /** Whether a line begins here; else it goes on. */
  readonly startsLine: boolean
}

export interface LogFollower {
  write(entry: LogEntry): void
  /** The container has ended. */
  end(): void
}

/** What one run of a container has printed so far; about the last MiB of it. */
export class ContainerLog {
  #entries: LogEntry[] = []
  #length = 0
  #inLine = false
  #ended = false
  readonly #followers = new Set<LogFollower>()

  constructor(text: string | Uint8Array = '') {
    this.append(Buffer.from(text))
  }

  get ended(): boolean {
    return this.#ended
  }

  append(output: Uint8Array): void {
    let start = 0
    while (start < output.length) {
      const end = output.indexOf(10, start) + 1 || output.length
      this.#add(output.subarray(start, end))
      start = end
    }
  }

  /** The log as it is. @param tailLines only so many lines of its end @param since only what is not older */
  read(tailLines?: number, since?: Date): readonly LogEntry[] {
    const entries = this.#entries.filter(({ time }) => since === undefined || time >= since)
    if (tailLines === undefined) return entries
    let lines = 0
    const start = entries.findLastIndex(({ startsLine }) => {
      if (startsLine) lines += 1
      return lines === tailLines
    })
    if (tailLines === 0) return []
    return start === -1 ? entries : entries.slice(start)
  }

  /** Tells of everything printed from now on, until the function returned is called. */
  follow(follower: LogFollower): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  end(): void {
    this.#ended = true
    for (const follower of this.#followers) follower.end()
  }

  #add(bytes: Uint8Array): void {
    const entry = { time: new Date(), bytes, startsLine: !this.#inLine }
    this.#inLine = bytes.at(-1) !== 10
    this.#entries.push(entry)
    this.#length += bytes.length
    while (this.#length > limit) this.#length -= this.#entries.shift()?.bytes.length ?? 0
    for (const follower of this.#followers) follower.write(entry)
  }
}
