import { connect } from '../index.ts'
import { connectOptions } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { connectStreams } from './remote-streams.ts'
import { recorded } from './trace-file.ts'
import { UsageError } from './usage-error.ts'

export const execCommand = defineCommand({
  usage: 'exec POD [-c CONTAINER] [options] -- COMMAND [ARGUMENT…]',
  about: `Runs a command in a container.

The exit code is the command's own; 1 when nothing was started; 255 when the command's end is not known, or its exit
code is over 255 (a message says which).`,
  flags: {
    container: {
      type: 'string',
      short: 'c',
      value: 'NAME',
      help: "the container; default: the pod's only one",
    },
    stdin: { type: 'boolean', short: 'i', help: 'hand standard input to the command' },
    tty: { type: 'boolean', short: 't' },
    verify: {
      type: 'boolean',
      help: 'let the command report its own end; needs sh in the container',
    },
    trace: {
      type: 'string',
      value: 'FILE',
      help: 'record what goes over the wire, for podwire trace show',
    },
    'trace-sizes': { type: 'boolean', help: 'record no contents' },
  },
  run({ flags, operands, rest }) {
    const { pod, command } = target(operands, rest)
    if (flags.tty === true) throw new UsageError('terminals (-t) are not supported yet', false)
    return Interruption.during((interruption) =>
      recorded(flags.trace, flags['trace-sizes'], async (trace) => {
        const cluster = await connect(connectOptions(flags))
        const remote = await cluster.pod(pod, { container: flags.container }).spawn(command, {
          stdin: flags.stdin,
          verify: flags.verify,
          signal: interruption.signal,
          trace,
        })
        return localExitCode(await connectStreams(remote, interruption))
      }),
    )
  },
})

function target([pod, ...others]: readonly string[], command: readonly string[] | null) {
  if (pod === undefined) throw new UsageError('pod or type/name must be specified', false)
  if (others.length > 0) {
    throw new UsageError(
      'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead',
    )
  }
  if (command === null || command.length === 0) {
    throw new UsageError('you must specify at least one command for the container', false)
  }
  return { pod: pod.replace(/^pods?\//, ''), command }
}

function localExitCode(exitCode: number | null): number {
  if (exitCode === 0) return 0
  process.stderr.write(`command terminated with exit code ${exitCode}\n`)
  return exitCode !== null && exitCode >= 0 && exitCode <= 255 ? exitCode : 255
}
