import { backgroundOutputs } from '../background/output.ts'
import { backgroundFlags, backgroundProcess, idAndPod, statusTable } from './background-target.ts'
import { keyAndValue } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

const usage = 'start ID (POD | TYPE/NAME) [-c CONTAINER] [options] -- COMMAND [ARGUMENT…]'

export const startCommand = defineCommand({
  usage,
  about:
    'Starts a command that goes on when nobody is connected; ID is the name by which it is found.',
  flags: {
    ...backgroundFlags,
    env: { type: 'strings', value: 'NAME=VALUE', help: 'for the command; may be repeated' },
    cwd: { type: 'string', value: 'FOLDER', help: 'where the command runs' },
    log: {
      type: 'string',
      value: 'WHERE',
      help: "file, for podwire logs --background; container, its log; or discard; default: 'file'",
    },
  },
  operands: [[], 'pod'],
  run({ flags, operands, rest: command }) {
    const place = idAndPod(operands, usage)
    if (command === null || command.length === 0) {
      throw new UsageError('you must specify at least one command for the container', 'nothing')
    }
    const { env, cwd, log } = flags
    const output = backgroundOutputs.find((name) => name === log)
    if (log !== undefined && output === undefined) {
      throw new UsageError(`--log takes file, container or discard, not ${JSON.stringify(log)}`)
    }
    const options = {
      cwd,
      env: env && Object.fromEntries(env.map((entry) => keyAndValue('env', entry))),
      output,
    }
    return Interruption.during(async ({ signal }) => {
      const process_ = await backgroundProcess(flags, place, signal)
      print(statusTable([await process_.start(command, options)]))
      return 0
    })
  },
})
