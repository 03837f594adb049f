import type { BackgroundProcess, BackgroundStatus } from '../index.ts'
import { connect } from '../index.ts'
import { printable } from '../protocol/printable.ts'
import type { ClusterFlags } from './cluster-flags.ts'
import { connectOptions } from './cluster-flags.ts'
import type { FlagValues } from './flags.ts'
import type { FoundTarget } from './pod-target.ts'
import { findTarget, podFlags } from './pod-target.ts'
import { table } from './table.ts'
import { UsageError } from './usage-error.ts'

/** Flags of the commands that are about background processes. */
export const backgroundFlags = {
  ...podFlags,
  'state-directory': {
    type: 'string',
    value: 'FOLDER',
    help: 'in the container, for the state; default: one that can be written',
  },
} as const

type Flags = ClusterFlags & {
  readonly [Name in keyof FlagValues<typeof backgroundFlags>]?:
    | FlagValues<typeof backgroundFlags>[Name]
    | undefined
}

/** The pod, and how to speak of background processes in its container. */
export async function backgroundTarget(
  flags: Flags,
  target: string,
  signal: AbortSignal,
): Promise<FoundTarget & { readonly options: { signal: AbortSignal; stateDirectory?: string } }> {
  const cluster = await connect(connectOptions(flags))
  const found = await findTarget(cluster, target, { flags, verb: 'exec into', signal })
  const { container } = found
  const stateDirectory = flags['state-directory']
  return {
    ...found,
    options: {
      signal,
      ...(container !== undefined && { container }),
      ...(stateDirectory !== undefined && { stateDirectory }),
    },
  }
}

/** The process that `ID POD` names. */
export async function backgroundProcess(
  flags: Flags,
  { id, target }: { readonly id: string; readonly target: string },
  signal: AbortSignal,
): Promise<BackgroundProcess> {
  const { pod, options } = await backgroundTarget(flags, target, signal)
  return pod.background(id, options)
}

/** @throws {UsageError} */
export function idAndPod(
  operands: readonly string[],
  usage: string,
): { id: string; target: string } {
  const [id, target, ...others] = operands
  if (id === undefined || target === undefined || others.length > 0) {
    throw new UsageError(`expected '${usage}'`)
  }
  return { id, target }
}

/** Columns for people. */
export function statusTable(statuses: readonly BackgroundStatus[]): string {
  const rows = statuses.map(({ id, state, pid, exitCode, startedAt, reason }) => [
    id,
    state,
    String(pid ?? ''),
    String(exitCode ?? ''),
    startedAt === null ? '' : startedAt.toISOString(),
    printable(reason ?? ''),
  ])
  return table([['ID', 'STATE', 'PID', 'EXIT CODE', 'STARTED', 'REASON'], ...rows])
}
