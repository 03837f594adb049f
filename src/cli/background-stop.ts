import { maxGrace } from '../background/options.ts'
import { backgroundFlags, backgroundProcess, idAndPod, statusTable } from './background-target.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

const usage = 'stop ID (POD | TYPE/NAME) [-c CONTAINER] [options]'

export const stopCommand = defineCommand({
  usage,
  about: 'Ends a background process with everything that it has started: SIGTERM, later SIGKILL.',
  flags: {
    ...backgroundFlags,
    grace: { type: 'duration', value: 'TIME', help: 'between the two; default: 10s' },
  },
  operands: [[], 'pod'],
  run({ flags, operands }) {
    const place = idAndPod(operands, usage)
    const { grace } = flags
    if (grace !== undefined && (grace < 0 || grace > maxGrace)) {
      throw new UsageError('--grace takes a time from 0s to 10m', 'nothing')
    }
    return Interruption.during(async ({ signal }) => {
      const background = await backgroundProcess(flags, place, signal)
      const options = grace === undefined ? {} : { grace: Math.ceil(grace) }
      const { terminated, killed, ...status } = await background.stop(options)
      print(statusTable([status]))
      process.stderr.write(`${terminated.length} got SIGTERM, ${killed.length} SIGKILL\n`)
      return 0
    })
  },
})
