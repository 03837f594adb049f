import type { TerminalSize } from '../protocol/index.ts'

/** The sizes of a terminal in the order they came: the resize channel as client-go's `TerminalSizeQueue` reads it. */
export class TerminalSizeQueue implements AsyncIterable<TerminalSize> {
  readonly #sizes: TerminalSize[] = []
  readonly #waiting: (() => void)[] = []
  #ended = false

  push(size: TerminalSize): void {
    this.#sizes.push(size)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TerminalSize, void, void> {
    while (true) {
      const size = this.#sizes.shift()
      if (size !== undefined) yield size
      else if (this.#ended) return
      else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
