import { connect } from '../index.ts'
import { connectOptions, keyAndValue } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { isStdinEmpty } from './local-stdin.ts'
import { findTarget, podFlags } from './pod-target.ts'
import { connectStreams, connectTerminal } from './remote-streams.ts'
import { terminalFlags, wantsTerminal } from './terminal-flags.ts'
import { traced, traceFlags } from './trace-file.ts'
import { UsageError } from './usage-error.ts'

export const execCommand = defineCommand({
  usage: 'exec (POD | TYPE/NAME) [-c CONTAINER] [options] -- COMMAND [ARGUMENT…]',
  about: `Runs a command in a container of a pod, or of the pod behind deploy/NAME, svc/NAME, sts/NAME, ds/NAME, job/NAME.

The exit code is the command's own; 1 when nothing was started; 255 when the command's end is not known, or its exit
code is over 255 (a message says which).`,
  flags: {
    ...terminalFlags,
    ...podFlags,
    verify: {
      type: 'boolean',
      help: 'let the command report its own end; needs sh in the container',
    },
    env: { type: 'strings', value: 'NAME=VALUE', help: 'for the command; may be repeated' },
    cwd: { type: 'string', value: 'FOLDER', help: 'where the command runs' },
    'run-as': { type: 'string', value: 'USER', help: 'a user of the container to run it as' },
    ...traceFlags,
  },
  operands: ['pod'],
  run({ flags, operands, rest }) {
    const { target, command } = targetAndCommand(operands, rest)
    const env = environment(flags.env)
    return Interruption.during((interruption) =>
      traced(flags, async (trace) => {
        const { signal } = interruption
        const cluster = await connect(connectOptions(flags))
        const verb = 'exec into'
        const { pod, container } = await findTarget(cluster, target, { flags, verb, signal })
        const tty = wantsTerminal(flags)
        const remote = await pod.spawn(command, {
          container,
          // One that was not asked for has ended for the command, which not every server can be told later.
          stdin: flags.stdin && !isStdinEmpty(),
          tty,
          verify: flags.verify,
          env,
          cwd: flags.cwd,
          user: flags['run-as'],
          signal,
          trace,
        })
        const { exitCode } = tty
          ? await connectTerminal(remote, interruption)
          : await connectStreams(remote, interruption)
        return localExitCode(exitCode)
      }),
    )
  },
})

function targetAndCommand(
  [target, ...others]: readonly string[],
  command: readonly string[] | null,
) {
  if (target === undefined) throw new UsageError('pod or type/name must be specified', 'nothing')
  if (others.length > 0) {
    throw new UsageError(
      'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead',
      'examples',
    )
  }
  if (command === null || command.length === 0) {
    throw new UsageError('you must specify at least one command for the container', 'nothing')
  }
  return { target, command }
}

function environment(entries: readonly string[] | undefined): Record<string, string> | undefined {
  return entries && Object.fromEntries(entries.map((entry) => keyAndValue('env', entry)))
}

function localExitCode(exitCode: number | null): number {
  if (exitCode === 0) return 0
  process.stderr.write(`command terminated with exit code ${exitCode}\n`)
  return exitCode !== null && exitCode >= 0 && exitCode <= 255 ? exitCode : 255
}
