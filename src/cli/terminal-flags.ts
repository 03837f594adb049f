import { isatty } from 'node:tty'
import { note } from './pod-target.ts'

export const terminalFlags = {
  stdin: { type: 'boolean', short: 'i', help: 'hand standard input over' },
  tty: { type: 'boolean', short: 't', help: 'a terminal on the other side, too; needs -i' },
} as const

/** Whether there is to be a terminal: kubectl wants stdin for it, and has it be one. */
export function wantsTerminal(flags: {
  readonly stdin?: boolean | undefined
  readonly tty?: boolean | undefined
  readonly quiet?: boolean | undefined
}): boolean {
  if (!flags.tty || !flags.stdin) return false
  if (isatty(0)) return true
  if (!flags.quiet) {
    note('Unable to use a TTY - input is not a terminal or the right kind of file')
  }
  return false
}
