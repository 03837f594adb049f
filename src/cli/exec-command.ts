import { finished } from 'node:stream/promises'
import type { RemoteProcess } from '../index.ts'
import { connect, ExecError, StatusError } from '../index.ts'
import type { ExecCommandLine } from './command-line.ts'

/** What a shell reports of a program that a signal ended: 128 and the signal's number. */
const exitCodeOfSignal = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** Written to a reader that has gone, such as `| head`. */
const exitCodeOfBrokenPipe = 141

/** The command ran, and what became of it here is not known: a disk that is full, for one. */
class OutputError extends Error {}

type Signal = keyof typeof exitCodeOfSignal

/** Runs `podwire exec`; the exit code of the program. @throws what is to be reported as an error */
export async function execCommand(line: ExecCommandLine): Promise<number> {
  const interruption = new Interruption()
  try {
    const cluster = await connect({
      ...line.load,
      onPluginStderr: (chunk) => process.stderr.write(chunk),
    })
    const remote = await cluster.pod(line.pod, { container: line.container }).spawn(line.command, {
      stdin: line.stdin,
      verify: line.verify,
      signal: interruption.signal,
    })
    return await stream(remote, interruption)
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode
    throw error
  } finally {
    interruption.stop()
  }
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  // CRI-O reports stdin that a command left unread this way, whatever the command's own exit code was.
  const unread = error instanceof StatusError && /broken pipe$/.test(error.status?.message ?? '')
  if (error instanceof OutputError) return 255
  return error instanceof ExecError && (!(error instanceof StatusError) || unread) ? 255 : 1
}

async function stream(remote: RemoteProcess, interruption: Interruption): Promise<number> {
  const outputs = [
    forward(remote.stdout, process.stdout, interruption),
    forward(remote.stderr, process.stderr, interruption),
  ]
  if (remote.stdin !== null) forwardStdin(remote, interruption)
  try {
    const { exitCode } = await remote.exit
    await Promise.all(outputs)
    if (interruption.exitCode !== null) return interruption.exitCode
    return localExitCode(exitCode)
  } finally {
    await Promise.allSettled(outputs)
    process.stdin.destroy()
  }
}

async function forward(
  source: RemoteProcess['stdout'],
  target: NodeJS.WriteStream,
  interruption: Interruption,
): Promise<void> {
  if (source === null) return
  target.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') interruption.interrupt(exitCodeOfBrokenPipe)
    else interruption.fail(new OutputError(`the output could not be written: ${error.message}`))
  })
  source.pipe(target, { end: false })
  // How the session failed is told by `exit`.
  await finished(source).catch(() => {})
}

function forwardStdin(remote: RemoteProcess, interruption: Interruption): void {
  const { stdin } = remote
  if (stdin === null) return
  process.stdin.pipe(stdin)
  stdin.on('error', (error) => interruption.fail(error))
  stdin.on('close', () => process.stdin.destroy())
}

function localExitCode(exitCode: number | null): number {
  if (exitCode !== null && exitCode >= 0 && exitCode <= 255) return exitCode
  process.stderr.write(`podwire: the command ended with exit code ${exitCode}\n`)
  return 255
}

/** What ends the session from this side: a signal, or an output that nobody reads any more. */
class Interruption {
  readonly #controller = new AbortController()
  readonly #listeners: [Signal, () => void][] = []
  #exitCode: number | null = null

  constructor() {
    for (const signal of Object.keys(exitCodeOfSignal) as Signal[]) {
      const listener = () => this.interrupt(exitCodeOfSignal[signal])
      process.on(signal, listener)
      this.#listeners.push([signal, listener])
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The program's exit code, when it was interrupted. */
  get exitCode(): number | null {
    return this.#exitCode
  }

  /** Ends the session; asked a second time, the program ends at once. */
  interrupt(exitCode: number): void {
    if (this.#exitCode !== null) process.exit(exitCode)
    this.#exitCode = exitCode
    this.#controller.abort()
  }

  fail(error: Error): void {
    this.#controller.abort(error)
  }

  stop(): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener)
  }
}
