import { anySignal } from '../transport/any-signal.ts'

/** A limit of time beside a caller's signal. */
export class Deadline {
  /** Aborted by the caller or by the clock. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  /** @param timeout milliseconds */
  constructor(timeout: number, signal: AbortSignal | undefined) {
    const own = this.#controller.signal
    this.signal = signal === undefined ? own : anySignal([signal, own])
    this.#timer = setTimeout(() => this.#controller.abort(), timeout)
  }

  get passed(): boolean {
    return this.#controller.signal.aborted
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
