import type { Command } from './command.ts'
import type { Flag, FlagTable } from './flags.ts'
import { parseFlags } from './flags.ts'
import type { Candidate, LiveKind, WordKind } from './word-kind.ts'

/** The candidates, or that it is the shell's turn to complete the name of a file. */
export type Completion = readonly Candidate[] | 'file'

/** Where the names of a kind come from; what is on the line already decides which. */
export type Names = (
  kind: LiveKind,
  line: { readonly flags: Readonly<Record<string, unknown>>; readonly pod: string | undefined },
) => Promise<readonly string[]>

/** The flags whose value is something else than any text. */
const values: Readonly<Record<string, WordKind>> = {
  namespace: 'namespace',
  container: 'container',
  context: 'context',
  cluster: 'cluster',
  user: 'user',
  kubeconfig: 'file',
  'certificate-authority': 'file',
  'client-certificate': 'file',
  'client-key': 'file',
  trace: 'file',
  output: ['json', 'name', 'wide'],
}

/** What may come next on the line of a command. @param words those behind its name; the last one is being typed */
export async function completeCommand(
  { flags: own, operands: kinds = [] }: Pick<Command, 'flags' | 'operands'>,
  global: FlagTable,
  words: readonly string[],
  names: Names,
): Promise<Completion> {
  const table: FlagTable = { ...own, ...global }
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  if (before.includes('--')) return []
  const pending = pendingFlag(table, before.at(-1) ?? '')
  const line = parsed(table, pending === null ? before : before.slice(0, -1))
  const pod = line.operands[kinds.indexOf('pod')]
  const complete = async (kind: WordKind | undefined, prefix: string): Promise<Completion> => {
    if (kind === 'file') return 'file'
    const all =
      typeof kind === 'string' ? await names(kind, { flags: line.flags, pod }) : (kind ?? [])
    return all.map((one) => {
      return typeof one === 'string' ? { value: `${prefix}${one}` } : one
    })
  }
  if (pending !== null) return starting(await complete(values[pending], ''), current)
  const [, name, assignment] = /^--([^=]+)(=)/.exec(current) ?? []
  if (name !== undefined && assignment !== undefined) {
    return starting(await complete(values[name], `--${name}=`), current)
  }
  if (current.startsWith('-')) return starting(flagNames(table), current)
  const kind = kinds[line.operands.length]
  const slash = kind === 'pod' ? current.indexOf('/') + 1 : 0
  const type = current.slice(0, slash)
  if (slash > 0 && !/^(?:po|pods?)\/$/.test(type)) return []
  return starting(await complete(kind, type), current)
}

/** Those that begin like what is there. */
function starting(completion: Completion, current: string): Completion {
  if (completion === 'file') return 'file'
  return completion.filter(({ value }) => value.startsWith(current))
}

/** `--namespace`, or `-n` in `-itn`, which has its value in the next word. */
function pendingFlag(table: FlagTable, word: string): string | null {
  const takesValue = (flag: Flag | undefined) => flag !== undefined && flag.type !== 'boolean'
  if (word.startsWith('--')) {
    const name = word.slice(2)
    return Object.hasOwn(table, name) && takesValue(table[name]) ? name : null
  }
  if (!/^-[^-=]+$/.test(word)) return null
  const last = Object.entries(table).find(([, { short }]) => short === word.at(-1))
  const others = [...word.slice(1, -1)].every((letter) =>
    Object.values(table).some(({ short, type }) => short === letter && type === 'boolean'),
  )
  return others && last !== undefined && takesValue(last[1]) ? last[0] : null
}

/** A line that is not right yet still tells something. */
function parsed(table: FlagTable, words: readonly string[]) {
  try {
    return parseFlags(table, words)
  } catch {
    return { flags: {}, operands: [] }
  }
}

function flagNames(table: FlagTable): Candidate[] {
  return Object.entries(table).flatMap(([name, { help }]) =>
    help === undefined ? [] : [{ value: `--${name}`, about: help }],
  )
}
