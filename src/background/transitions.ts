import type { BackgroundStatus } from './status.ts'
import { isFinal } from './status.ts'

/** Exit codes with which a shell reports that it could not run a command. */
const notRun: readonly (number | null)[] = [126, 127]

/** Hands every change of state to a handler once. */
export class Transitions {
  readonly #handler: ((status: BackgroundStatus) => void) | undefined
  #last: BackgroundStatus['state'] | null = null

  constructor(handler: ((status: BackgroundStatus) => void) | undefined) {
    this.#handler = handler
  }

  report(status: BackgroundStatus): void {
    if (status.state === this.#last) return
    const { pid, exitCode } = status
    // It was over before anybody could look.
    if (
      this.#last === 'starting' &&
      isFinal(status) &&
      pid !== null &&
      !notRun.includes(exitCode)
    ) {
      this.#call({ ...status, state: 'running', exitCode: null, reason: null })
    }
    this.#call(status)
  }

  #call(status: BackgroundStatus): void {
    this.#last = status.state
    try {
      this.#handler?.(status)
    } catch (error) {
      // A fault of the handler's is no answer to whoever asked; it ends the program like any other that nobody catches.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
