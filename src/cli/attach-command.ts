import { connect } from '../index.ts'
import { chooseContainer } from '../pods/default-container.ts'
import { parseDetachKeys } from '../process/detach-keys.ts'
import { connectOptions } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { findTarget, note, podFlags } from './pod-target.ts'
import { connectTerminal } from './remote-streams.ts'
import { terminalFlags, wantsTerminal } from './terminal-flags.ts'
import { traced, traceFlags } from './trace-file.ts'
import { UsageError } from './usage-error.ts'

export const attachCommand = defineCommand({
  usage: 'attach (POD | TYPE/NAME) [-c CONTAINER] [options]',
  about: `Connects with the process that a container was started with. The end of the session is not the process's end.`,
  flags: {
    ...terminalFlags,
    ...podFlags,
    'detach-keys': {
      type: 'string',
      value: 'KEYS',
      help: 'end the session when they are typed, such as ctrl-p,ctrl-q; default: none',
    },
    ...traceFlags,
  },
  operands: ['pod'],
  run({ flags, operands }) {
    const target = targetOf(operands)
    const detachKeys = keysOf(flags['detach-keys'])
    return Interruption.during((interruption) =>
      traced(flags, async (trace) => {
        const { signal } = interruption
        const cluster = await connect(connectOptions(flags))
        const { pod, container, resource } = await findTarget(cluster, target, {
          flags,
          verb: 'attach',
          signal,
        })
        const tty = resource !== null && chooseContainer(resource, container).tty
        if (flags.tty && !tty && !flags.quiet) {
          note(`error: Unable to use a TTY - container ${container} did not allocate one`)
        }
        const terminal = tty && wantsTerminal({ ...flags, tty })
        const remote = await pod.attach({ container, stdin: flags.stdin, signal, trace })
        if (terminal && !flags.quiet) note("If you don't see a command prompt, try pressing enter.")
        const { detached } = await connectTerminal(remote, interruption, detachKeys)
        if (terminal && !flags.quiet) {
          const words = detached ? 'Detached' : 'Session ended'
          const { name, namespace } = pod
          note(
            `${words}, resume using 'podwire attach ${name} -c ${container} -n ${namespace} -i -t'`,
          )
        }
        return 0
      }),
    )
  },
})

/** Looked at before there is a session, which would be left open. @throws {UsageError} */
function keysOf(text: string | undefined): string | undefined {
  if (!text) return undefined
  try {
    parseDetachKeys(text)
    return text
  } catch {
    const example = 'keys with commas between, such as ctrl-p,ctrl-q'
    throw new UsageError(`--detach-keys takes ${example}, not ${JSON.stringify(text)}`, 'nothing')
  }
}

/** `POD`, `TYPE/NAME` or `TYPE NAME`. */
function targetOf(operands: readonly string[]): string {
  const [first, second, ...others] = operands
  if (first === undefined)
    throw new UsageError('at least 1 argument is required for attach', 'nothing')
  if (others.length > 0) {
    throw new UsageError(
      `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${operands.length}: [${operands.join(' ')}]`,
      'nothing',
    )
  }
  return second === undefined ? first : `${first}/${second}`
}
