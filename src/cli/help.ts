import type { Command, CommandEntry } from './command.ts'
import type { Flag, FlagTable } from './flags.ts'

/** What `podwire --help` prints. */
export function programHelp(commands: Readonly<Record<string, CommandEntry>>): string {
  const rows = Object.entries(commands).flatMap(([name, { about }]) =>
    about === undefined ? [] : [[name, about] as const],
  )
  return `Runs commands in the containers of Kubernetes pods. Commands and flags are those of kubectl.

Commands:
${columns(rows)}
Use "podwire COMMAND --help" for a command, and "podwire options" for the flags that all of them take.
`
}

/** What `podwire COMMAND --help` prints. */
export function commandHelp({ usage, about, flags }: Command): string {
  const own = flagHelp(flags)
  return `${about}

Usage:
  podwire ${usage}
${own === '' ? '' : `\nOptions:\n${own}`}
Use "podwire options" for the flags that all commands take.
`
}

/** One line per flag. */
export function flagHelp(flags: FlagTable): string {
  return columns(
    Object.entries(flags).flatMap(([name, flag]) =>
      flag.help === undefined ? [] : [[names(name, flag), flag.help] as const],
    ),
  )
}

function names(name: string, { short, value }: Flag): string {
  const shortForm = short === undefined ? '    ' : `-${short}, `
  return `${shortForm}--${name}${value === undefined ? '' : ` ${value}`}`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')
}
