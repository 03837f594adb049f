import { version } from '../version.ts'
import { defineCommand } from './command.ts'

export const versionCommand = defineCommand({
  usage: 'version',
  about: 'Prints the version of podwire.',
  flags: {},
  async run() {
    process.stdout.write(`${version}\n`)
    return 0
  },
})
