import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds before the second question, and at most between two. */
const first = 100
const longest = 5_000

/** Waits between questions: short at first, then longer. */
export class Backoff {
  #next = first

  /** @throws the signal's reason */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const delay = this.#next
    this.#next = Math.min(longest, delay * 1.5)
    await sleep(delay, undefined, { signal }).catch(() => {})
    signal?.throwIfAborted()
  }

  reset(): void {
    this.#next = first
  }
}
