import type { ClusterFlagTable } from './cluster-flags.ts'
import type { CommandLine, FlagTable } from './flags.ts'
import type { WordKind } from './word-kind.ts'

/** One command of the program; each has a file of its own, which is loaded when the command is used. */
export interface Command<Table extends FlagTable = FlagTable> {
  /** What stands behind `podwire`, for `--help`. */
  readonly usage: string
  /** For `--help`: one or two sentences. */
  readonly about: string
  /** Beside those that every command has, which are in cluster-flags.ts. */
  readonly flags: Table
  /** For completion: what the operands are, one after the other. */
  readonly operands?: readonly WordKind[]
  /** @returns the exit code @throws what is to be reported as an error */
  run(line: CommandLine<Table & ClusterFlagTable>): Promise<number>
}

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  /** One line of `podwire --help`; absent: not mentioned. */
  readonly about?: string
  readonly load: () => Promise<Command>
}

/** A command whose `run` knows its flags by type. */
export function defineCommand<const Table extends FlagTable>(command: Command<Table>): Command {
  return command as unknown as Command
}
