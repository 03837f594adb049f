import type { StreamError } from './report.ts'

/** What a shell reports of a program that a signal ended: 128 and the signal's number. */
const exitCodeOfSignal = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** Written to a reader that has gone, such as `| head`. */
const exitCodeOfBrokenPipe = 141

type Signal = keyof typeof exitCodeOfSignal

/** What ends a command from this side: a signal, or an output that nobody reads any more. */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #listeners: [Signal, () => void][] = []
  #exitCode: number | null = null
  #failure: StreamError | null = null

  /** Runs something that ends early when it is interrupted. @returns the program's exit code */
  static async during(run: (interruption: Interruption) => Promise<number>): Promise<number> {
    const interruption = new Interruption()
    try {
      const exitCode = await run(interruption)
      // Also of a run that has ended as if nothing were the matter: it has lost what it was to print.
      if (interruption.#failure !== null) throw interruption.#failure
      return interruption.#exitCode ?? exitCode
    } catch (error) {
      if (interruption.#exitCode !== null) return interruption.#exitCode
      throw interruption.#failure ?? error
    } finally {
      interruption.#stop()
    }
  }

  private constructor() {
    for (const signal of Object.keys(exitCodeOfSignal) as Signal[]) {
      const listener = () => this.#interrupt(exitCodeOfSignal[signal])
      process.on(signal, listener)
      this.#listeners.push([signal, listener])
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** A reader that has gone is no failure: it has seen enough. */
  brokenPipe(): void {
    this.#interrupt(exitCodeOfBrokenPipe)
  }

  fail(error: Error): void {
    this.#controller.abort(error)
  }

  /** What is told then is this, and not what it leads to. */
  streamFailed(error: StreamError): void {
    this.#failure ??= error
    this.#controller.abort(error)
  }

  /** Asked a second time, the program ends at once. */
  #interrupt(exitCode: number): void {
    if (this.#exitCode !== null) process.exit(exitCode)
    this.#exitCode = exitCode
    this.#controller.abort()
  }

  #stop(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener)
  }
}
