import { clusterFlags } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { flagHelp } from './help.ts'
import { print } from './print.ts'

export const optionsCommand = defineCommand({
  usage: 'options',
  about: 'Prints the flags that every command takes.',
  flags: {},
  async run() {
    print(`Every command takes these:\n${flagHelp(clusterFlags)}`)
    return 0
  },
})
