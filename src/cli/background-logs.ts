import { backgroundProcess } from './background-target.ts'
import { Interruption } from './interruption.ts'
import type { LogFlags } from './logs-flags.ts'
import { forward } from './remote-streams.ts'
import { UsageError } from './usage-error.ts'

const others = [
  ...['selector', 'all-containers', 'previous', 'tail', 'since', 'since-time', 'timestamps'],
  ...['limit-bytes', 'prefix', 'max-log-requests'],
] as const

/** `podwire logs --background ID POD`: what a background process has written into its file. */
export function backgroundLogs(
  id: string,
  target: string | null,
  flags: LogFlags & Parameters<typeof backgroundProcess>[0],
): Promise<number> {
  const wrong = others.find((name) => flags[name as keyof LogFlags] !== undefined)
  if (target === null) throw new UsageError('pod or type/name must be specified', 'nothing')
  if (wrong !== undefined)
    throw new UsageError(`--${wrong} does not go with --background`, 'nothing')
  return Interruption.during(async (interruption) => {
    const { signal } = interruption
    const background = await backgroundProcess(flags, { id, target }, signal)
    const stream = await background.logs({ follow: flags.follow })
    await forward(stream, process.stdout, interruption)
    if (stream.errored !== null) throw stream.errored
    return 0
  })
}
