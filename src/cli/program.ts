import { clusterFlags } from './cluster-flags.ts'
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import type { FlagTable } from './flags.ts'
import { parseFlags } from './flags.ts'
import { print } from './print.ts'
import { splitCommand } from './split-command.ts'
import { UsageError } from './usage-error.ts'

/** Runs the program; what goes wrong is told on stderr. @returns the exit code */
export async function runProgram(args: readonly string[]): Promise<number> {
  // Messages that nobody reads, or that a disk has no space for, are not worth ending a command.
  process.stderr.on('error', () => {})
  if (args[0] === '__complete') {
    const { completeLine } = await import('./complete-command.ts')
    return completeLine(args.slice(1))
  }
  const { name, rest } = splitCommand(args)
  try {
    return await runCommand(name, rest)
  } catch (error) {
    const { report } = await import('./report.ts')
    return report(error, name)
  }
}

async function runCommand(name: string | null, args: readonly string[]): Promise<number> {
  if (name === null || name === 'help') {
    const topic = args.find((arg) => !arg.startsWith('-'))
    if (name === 'help' && topic !== undefined) return printHelp(await commandNamed(topic))
    if (parseFlags({ ...clusterFlags, version: { type: 'boolean' } }, args).flags.version) {
      return runCommand('version', [])
    }
    return printHelp(null)
  }
  const command = await commandNamed(name)
  const line = parseFlags<FlagTable>({ ...command.flags, ...clusterFlags }, args)
  if (line.flags['help'] === true) return printHelp(command)
  return command.run(line)
}

async function commandNamed(name: string): Promise<Command> {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (entry !== undefined) return entry.load()
  throw new UsageError(`unknown command ${JSON.stringify(name)} for "podwire"`, 'nothing')
}

async function printHelp(command: Command | null): Promise<number> {
  const { commandHelp, programHelp } = await import('./help.ts')
  print(command === null ? programHelp(commands) : commandHelp(command))
  return 0
}
