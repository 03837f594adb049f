import { version } from '../version.ts'
import { defineCommand } from './command.ts'
import { print } from './print.ts'

export const versionCommand = defineCommand({
  usage: 'version',
  about: 'Prints the version of podwire.',
  // There is no other part that could be asked for.
  flags: { client: { type: 'boolean' } },
  async run() {
    print(`${version}\n`)
    return 0
  },
})
