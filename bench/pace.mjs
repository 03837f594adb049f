/** Keeps whoever takes bytes to a rate. */
export class Pace {
  #rate
  #taken = 0
  #start = null

  /** @param rate bytes per second; 0: no limit */
  constructor(rate) {
    this.#rate = rate
  }

  /** Counts bytes as taken; how many milliseconds too early that was, 0 when it is not worth a timer. */
  take(bytes) {
    if (this.#rate === 0) return 0
    this.#start ??= performance.now()
    this.#taken += bytes
    const due = (this.#taken / this.#rate) * 1000
    const ahead = due - (performance.now() - this.#start)
    return ahead > 4 ? ahead : 0
  }
}
