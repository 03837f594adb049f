import { constants } from 'node:os'
import { ExecError } from '../errors.ts'
import type { Wrapper } from './wrapper.ts'

/** Runs a command of ours in the same container; its exit code. */
export type Runner = (argv: readonly string[]) => Promise<number | null>

const hasEnded = 3
const cannotLook = 4

// The wrapper is known by its marker's first part, which none of these processes has in one piece among its own
// arguments. The process group is the command's and the wrapper's, which has actions of its own for what can be caught.
const script = `set +efux
[ -r /proc/self/stat ] && command -v grep >/dev/null || exit ${cannotLook}
group=
for file in $(grep -ls "[$1]$2" /proc/[0-9]*/cmdline); do
read -r a b c d group e <"\${file%cmdline}stat" && break
done
[ -n "$group" ] || exit ${hasEnded}
kill "-$3" "-$group"`

/** @throws {RangeError} there is no such signal */
export function validSignal(signal: string): void {
  if (!Object.hasOwn(constants.signals, signal)) {
    throw new RangeError("signal must be a signal's name, such as SIGTERM")
  }
}

/** Signals to a command in its wrapper, each through a session of its own. */
export class CommandSignals {
  readonly #wrapper: Wrapper
  readonly #run: Runner

  constructor(wrapper: Wrapper, run: Runner) {
    this.#wrapper = wrapper
    this.#run = run
  }

  /**
   * Sends a signal to the command's process group; whether it was still running.
   * @throws {RangeError} there is no such signal
   * @throws {PodwireError} it could not be sent
   */
  async send(signal: string): Promise<boolean> {
    validSignal(signal)
    const [part] = this.#wrapper.marker.parts
    // Its hexadecimal digits, without the control character.
    const [first = '', ...rest] = part.slice(1)
    const argv = ['sh', '-c', script, 'sh', first, rest.join(''), signal.slice(3)]
    const exitCode = await this.#run(argv)
    if (exitCode === 0) return true
    if (exitCode === hasEnded) return false
    const why =
      exitCode === cannotLook
        ? "the container has no /proc or no 'grep' to find it by"
        : 'the container did not let it be sent'
    throw new ExecError('ERR_KILL', `${signal} was not sent: ${why}`)
  }
}

/** A wrapper, and the way to its command while that runs. */
export interface Wrapped {
  readonly wrapper: Wrapper
  readonly signals: CommandSignals
}
