import { backgroundFlags, backgroundTarget, statusTable } from './background-target.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

const usage = 'status [ID] (POD | TYPE/NAME) [-c CONTAINER] [options]'

export const statusCommand = defineCommand({
  usage,
  about: 'Shows what background processes do: one, or all that the container has a record of.',
  flags: {
    ...backgroundFlags,
    output: { type: 'string', short: 'o', value: 'FORMAT', help: 'json' },
  },
  operands: [[], 'pod'],
  run({ flags, operands }) {
    const { output } = flags
    if (output !== undefined && output !== 'json') {
      throw new UsageError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json`,
        'nothing',
      )
    }
    const target = operands.at(-1)
    if (target === undefined || operands.length > 2) throw new UsageError(`expected '${usage}'`)
    const id = operands.length === 2 ? operands[0] : undefined
    return Interruption.during(async ({ signal }) => {
      const { pod, options } = await backgroundTarget(flags, target, signal)
      const found =
        id === undefined
          ? await pod.listBackground(options)
          : await pod.background(id, options).status()
      const text =
        output === 'json' ? `${JSON.stringify(found, null, 2)}\n` : statusTable([found].flat())
      print(text)
      return 0
    })
  },
})
