import { parseDuration } from './duration.ts'
import { UsageError } from './usage-error.ts'

/** What a flag is given, as the command gets it. */
interface Values {
  boolean: boolean
  string: string
  /** Of a flag that may be given several times. */
  strings: readonly string[]
  integer: number
  /** Milliseconds. */
  duration: number
}

export interface Flag {
  readonly type: keyof Values
  readonly short?: string
  /** What `--help` calls the value. */
  readonly value?: string
  /** Absent: `--help` does not mention it. */
  readonly help?: string
}

export type FlagTable = Readonly<Record<string, Flag>>

/** The flags that were given. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]?: Values[Table[Name]['type']] | undefined
}

export interface CommandLine<Table extends FlagTable = FlagTable> {
  readonly flags: FlagValues<Table>
  readonly operands: readonly string[]
  /** What stands behind `--`; `null`: there is no `--`. */
  readonly rest: readonly string[] | null
}

/**
 * Takes arguments apart as pflag does, the library of kubectl: `-it`, `-nshop`, `-n=shop`, `--flag value` and
 * `--flag=value`, anywhere in front of `--`.
 * @throws {UsageError} in pflag's words
 */
export function parseFlags<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
): CommandLine<Table> {
  const flags: Record<string, unknown> = {}
  const operands: string[] = []
  const line = (rest: readonly string[] | null): CommandLine<Table> => {
    return { flags: flags as FlagValues<Table>, operands, rest }
  }
  let position = 0
  const set = (name: string, flag: Flag, text: string) => {
    const value = parseValue(name, flag, text)
    flags[name] = flag.type === 'strings' ? [...((flags[name] as string[]) ?? []), text] : value
  }
  const next = (missing: string) => {
    const value = args[position++]
    if (value === undefined) throw new UsageError(`flag needs an argument: ${missing}`)
    return value
  }
  for (;;) {
    const arg = args[position++]
    if (arg === undefined) return line(null)
    if (arg === '--') return line(args.slice(position))
    if (arg.startsWith('--')) {
      const { name, flag, text } = longFlag(table, arg)
      set(name, flag, text ?? (flag.type === 'boolean' ? 'true' : next(`--${name}`)))
    } else if (arg.startsWith('-') && arg !== '-') {
      let letters = arg.slice(1)
      while (letters !== '') {
        const { name, flag } = shortFlag(table, letters)
        if (letters[1] === '=' && letters.length > 2) {
          set(name, flag, letters.slice(2))
          break
        }
        if (flag.type !== 'boolean') {
          set(name, flag, letters.slice(1) || next(`'${letters}' in -${letters}`))
          break
        }
        set(name, flag, 'true')
        letters = letters.slice(1)
      }
    } else {
      operands.push(arg)
    }
  }
}

function longFlag(table: FlagTable, arg: string) {
  const [, name = '', text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? []
  if (name === '' || name.startsWith('-')) throw new UsageError(`bad flag syntax: ${arg}`)
  const flag = Object.hasOwn(table, name) ? table[name] : undefined
  if (flag === undefined) throw new UsageError(`unknown flag: --${name}`)
  return { name, flag, text }
}

function shortFlag(table: FlagTable, letters: string) {
  const found = Object.entries(table).find(([, { short }]) => short === letters[0])
  if (found !== undefined) return { name: found[0], flag: found[1] }
  throw new UsageError(`unknown shorthand flag: '${letters[0]}' in -${letters}`)
}

function parseValue(name: string, flag: Flag, text: string): unknown {
  const refuse = (why: string) => {
    const called = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`
    return new UsageError(`invalid argument ${JSON.stringify(text)} for "${called}" flag: ${why}`)
  }
  switch (flag.type) {
    case 'boolean':
      if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true
      if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false
      throw refuse(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
    case 'integer':
      if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
      throw refuse(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
    case 'duration': {
      const duration = parseDuration(text)
      if (duration === null) throw refuse(`time: invalid duration ${JSON.stringify(text)}`)
      return duration
    }
    default:
      return text
  }
}
