import type { ErrorCode } from '../errors.ts'
import { ConnectionError, ExecError, StatusError, UpgradeError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'
import { ranUnwatched } from '../protocol/status.ts'
import { UsageError } from './usage-error.ts'

/** The command ran, and what became of it here is not known: a disk that is full, for one. */
export class StreamError extends Error {}

/** Of a wrapped command, what is known before it runs. */
const notRun: readonly string[] = ['ERR_CWD', 'ERR_USER'] satisfies ErrorCode[]

/** Tells on stderr what went wrong, in kubectl's words where it has them. @returns the exit code */
export function report(error: unknown, command: string | null): number {
  process.stderr.write(`${wordsOf(error, command)}\n`)
  return exitCodeOf(error)
}

/** One message, on one or two lines. */
export function wordsOf(error: unknown, command: string | null = null): string {
  if (!(error instanceof Error)) return `error: ${printable(String(error))}`
  const message = error.message.replace(/^overrides\.(\w+)/, (_, option) => flagOf(option))
  if (error instanceof UsageError) {
    const name = `podwire${command === null ? '' : ` ${command}`}`
    const hints = {
      usage: `\nSee '${name} --help' for usage.`,
      examples: `\nSee '${name} -h' for help and examples`,
      nothing: '',
    }
    return `error: ${message}${hints[error.see]}`
  }
  if (error instanceof UpgradeError) return refusal(error)
  if (error instanceof ConnectionError) return `Unable to connect to the server: ${message}`
  return `error: ${message}`
}

/** The flag behind an option of the library. */
function flagOf(option: string): string {
  if (option === 'impersonate') return '--as'
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function refusal({ message, httpStatus, status, hint }: UpgradeError): string {
  const note = hint === null ? '' : `\n${hint}`
  if (httpStatus === 401) return `error: You must be logged in to the server (Unauthorized)${note}`
  if (status?.message === undefined) return `error: ${message}`
  const reason = status.reason ? ` (${printable(status.reason)})` : ''
  return `Error from server${reason}: ${printable(status.message)}${note}`
}

/** 1, or 255 where the command ran and its end is not known. */
export function exitCodeOf(error: unknown): number {
  const ran = error instanceof StatusError && error.status !== null && ranUnwatched(error.status)
  if (error instanceof StreamError) return 255
  if (!(error instanceof ExecError) || notRun.includes(error.code)) return 1
  return !(error instanceof StatusError) || ran ? 255 : 1
}
