import { printable } from '../protocol/printable.ts'
import { clusterFlags } from './cluster-flags.ts'
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import type { Completion } from './completion.ts'
import { completeCommand } from './completion.ts'
import { liveNames } from './live-names.ts'
import { print } from './print.ts'
import { shellWords } from './shell-words.ts'
import { splitCommand } from './split-command.ts'
import type { Candidate } from './word-kind.ts'

/**
 * What the completion scripts call: `podwire __complete bash LINE`, `podwire __complete zsh|fish WORD…`. Prints a
 * candidate per line, for zsh and fish with a tab and its meaning; `:file` leaves it to the shell. Whatever goes wrong,
 * nothing is said: somebody is typing.
 */
export async function completeLine([shell, ...args]: readonly string[]): Promise<number> {
  const words = shell === 'bash' ? shellWords(args[0] ?? '').slice(1) : args
  const completion = await candidates(words).catch((): Completion => [])
  print(rendered(shell, completion, words.at(-1) ?? ''))
  return 0
}

async function candidates(words: readonly string[]): Promise<Completion> {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const { name, rest } = splitCommand(before)
  const command = name === null ? noCommand() : await named(name)
  return command === null
    ? []
    : completeCommand(command, clusterFlags, [...rest, current], liveNames)
}

/** The line up to the command's name. */
function noCommand(): Pick<Command, 'flags' | 'operands'> {
  const names = Object.entries(commands).flatMap(([value, { about }]): Candidate[] =>
    about === undefined ? [] : [{ value, about }],
  )
  return { flags: {}, operands: [names] }
}

async function named(name: string): Promise<Command | null> {
  return (Object.hasOwn(commands, name) ? await commands[name]?.load() : null) ?? null
}

function rendered(shell: string | undefined, completion: Completion, current: string): string {
  if (completion === 'file') return ':file\n'
  // bash replaces what stands behind these only.
  const kept = shell === 'bash' ? Math.max(...['=', ':'].map((c) => current.lastIndexOf(c))) + 1 : 0
  return (
    completion
      // Words that would do something to the line or the terminal are not worth it.
      .filter(({ value }) => value === printable(value))
      .map(({ value, about }) => {
        const rest = value.slice(kept)
        if (shell === 'bash') return rest.replace(/[^\w@%+=:,./-]/g, '\\$&')
        return about === undefined ? rest : `${rest}\t${about}`
      })
      .map((line) => `${line}\n`)
      .join('')
  )
}
