import type { CommandEntry } from './command.ts'

/** The commands, in the order of `podwire --help`. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  exec: {
    about: 'Run a command in a container',
    load: async () => (await import('./exec-command.ts')).execCommand,
  },
  attach: {
    about: 'Connect with the process of a container',
    load: async () => (await import('./attach-command.ts')).attachCommand,
  },
  logs: {
    about: 'Print what containers have written',
    load: async () => (await import('./logs-command.ts')).logsCommand,
  },
  start: {
    about: 'Start a command that outlives the connection',
    load: async () => (await import('./background-start.ts')).startCommand,
  },
  status: {
    about: 'Show what such commands do',
    load: async () => (await import('./background-status.ts')).statusCommand,
  },
  stop: {
    about: 'End such a command',
    load: async () => (await import('./background-stop.ts')).stopCommand,
  },
  get: {
    about: 'List pods',
    load: async () => (await import('./get-command.ts')).getCommand,
  },
  config: {
    about: 'Show contexts, or what a command would use',
    load: async () => (await import('./config-command.ts')).configCommand,
  },
  trace: {
    about: 'Show what exec --trace recorded',
    load: async () => (await import('./trace-command.ts')).traceCommand,
  },
  completion: {
    about: 'Print the completion script for bash, zsh or fish',
    load: async () => (await import('./completion-command.ts')).completionCommand,
  },
  version: {
    about: 'Print the version',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
  options: {
    about: 'Print the flags that every command takes',
    load: async () => (await import('./options-command.ts')).optionsCommand,
  },
}
