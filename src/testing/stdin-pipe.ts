import { Readable } from 'node:stream'

/**
 * A process's stdin: an unbuffered pipe like Go's `io.Pipe`. A write is done when the process has taken it, and nothing
 * else is read from the client until then.
 */
export class StdinPipe {
  readonly readable: Readable
  #taken: (() => void) | null = null
  #ended = false
  /** Bytes that came after the process had stopped reading. */
  #unread = 0
  readonly #waiting: (() => void)[] = []

  constructor() {
    this.readable = new Readable({
      highWaterMark: 1,
      read: () => this.#release(),
      destroy: (error, callback) => {
        this.#release()
        callback(error)
      },
    })
    this.readable.on('error', () => {})
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Bytes that nobody took: those waiting, and those that came after the process had ended. */
  get unread(): number {
    return this.#unread + this.readable.readableLength
  }

  /** Data after the end is dropped, and so is data for a process that is gone. */
  write(payload: Uint8Array): Promise<void> | undefined {
    if (this.#ended || payload.length === 0) return undefined
    if (this.readable.destroyed) {
      this.#unread += payload.length
      this.#notify()
      return undefined
    }
    if (this.readable.push(payload)) return undefined
    return new Promise((resolve) => {
      this.#taken = resolve
    })
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (!this.readable.destroyed) this.readable.push(null)
    this.#notify()
  }

  /** The process has ended: what comes now is dropped. */
  abandon(): void {
    this.readable.destroy()
  }

  /** Resolves at the next write after `abandon`, or at the end. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #release(): void {
    this.#taken?.()
    this.#taken = null
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
