#!/usr/bin/env node
import { version } from '../version.ts'
import { parseCommandLine } from './command-line.ts'
import { UsageError, usage } from './usage.ts'

async function main(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args)
  switch (line.action) {
    case 'help':
      process.stdout.write(usage)
      return 0
    case 'version':
      process.stdout.write(`${version}\n`)
      return 0
    case 'exec': {
      const { execCommand } = await import('./exec-command.ts')
      return await execCommand(line)
    }
    case 'config': {
      const { configCommand } = await import('./config-command.ts')
      process.stdout.write(await configCommand(line))
      return 0
    }
  }
}

async function exitCodeOf(error: unknown): Promise<number> {
  if (error instanceof UsageError) return 1
  const command = await import('./exec-command.ts')
  return command.exitCodeOf(error)
}

void main(process.argv.slice(2))
  .catch((error: unknown) => {
    process.stderr.write(`podwire: ${error instanceof Error ? error.message : String(error)}\n`)
    return exitCodeOf(error)
  })
  .then((exitCode) => {
    process.exitCode = exitCode
  })
