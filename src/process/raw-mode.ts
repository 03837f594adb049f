/** The part of `tty.ReadStream` that has to do with modes. */
export interface RawModeInput {
  readonly isTTY?: boolean | undefined
  readonly isRaw?: boolean | undefined
  setRawMode?(mode: boolean): unknown
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The terminals that are to be restored. */
const raw = new Set<RawMode>()

/**
 * A terminal that hands over each key as it is typed, until it is left: also when this process ends, or crashes, or is
 * ended by a signal that nobody else listens to.
 */
export class RawMode {
  readonly #input: RawModeInput
  readonly #before: boolean

  /** @param input nothing happens when it is not a terminal */
  constructor(input: RawModeInput) {
    this.#input = input
    this.#before = input.isRaw === true
    if (input.isTTY !== true) return
    input.setRawMode?.(true)
    if (raw.size === 0) listen()
    raw.add(this)
  }

  leave(): void {
    if (!raw.delete(this)) return
    if (raw.size === 0) unlisten()
    this.#input.setRawMode?.(this.#before)
  }
}

function listen(): void {
  process.on('exit', leaveAll)
  for (const signal of signals) process.on(signal, onSignal)
}

function unlisten(): void {
  process.off('exit', leaveAll)
  for (const signal of signals) process.off(signal, onSignal)
}

function leaveAll(): void {
  for (const mode of raw) mode.leave()
}

/** Listening keeps a signal from ending the process; whoever else listens decides what it does. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  leaveAll()
  process.kill(process.pid, signal)
}
