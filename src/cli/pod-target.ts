import type { Cluster, Pod } from '../index.ts'
import { UpgradeError } from '../index.ts'
import { chooseContainer, containerNames } from '../pods/default-container.ts'
import type { PodResource } from '../pods/pod-resource.ts'
import { containersOf } from '../pods/pod-resource.ts'
import { parsePodTarget } from '../pods/pod-target.ts'
import { UsageError } from './usage-error.ts'

/** Flags of the commands that work on one pod. */
export const podFlags = {
  container: {
    type: 'string',
    short: 'c',
    value: 'NAME',
    help: "default: the one that the pod's annotation names, else the first",
  },
  quiet: { type: 'boolean', short: 'q', help: 'no notes' },
  'pod-running-timeout': {
    type: 'duration',
    value: 'TIME',
    help: 'how long to wait for a pod of a workload',
  },
} as const

export interface TargetOptions {
  readonly flags: {
    readonly container?: string | undefined
    readonly quiet?: boolean | undefined
    readonly 'pod-running-timeout'?: number | undefined
  }
  /** What cannot be done in a pod that has ended, in kubectl's words. */
  readonly verb: string
  readonly signal: AbortSignal
}

export interface FoundTarget {
  readonly pod: Pod
  /** Absent: the role may not read pods, and the server chooses. */
  readonly container: string | undefined
  readonly resource: PodResource | null
}

/** Finds the pod and the container for a session, as kubectl does it, its notes on stderr included. */
export async function findTarget(
  cluster: Cluster,
  target: string,
  { flags, verb, signal }: TargetOptions,
): Promise<FoundTarget> {
  const { quiet } = flags
  // An empty one is none, as of a shell's variable that is not set.
  const wanted = flags.container || undefined
  const options = { signal, ...runningTimeout(flags) }
  const found = await cluster.lookUp(target, options).catch((error) => {
    // kubectl gives up here; a role that holds `pods/exec` alone is enough for the session itself.
    if (error instanceof UpgradeError && error.httpStatus === 403) return null
    throw error
  })
  if (found === null) return unseen(cluster, target, wanted)
  const { resource, pod } = found
  const { phase } = resource.status
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new Error(`cannot ${verb} a container in a completed pod; current phase is ${phase}`)
  }
  if (wanted !== undefined) chooseContainer(resource, wanted)
  else if (!quiet) noteDefault(resource, found.container)
  return { pod, container: wanted ?? found.container, resource }
}

/** How long to wait for a pod of a workload. @throws {UsageError} */
export function runningTimeout({
  'pod-running-timeout': timeout,
}: {
  readonly 'pod-running-timeout'?: number | undefined
}): { timeout?: number } {
  if (timeout === undefined) return {}
  if (timeout > 0) return { timeout: Math.ceil(timeout) }
  throw new UsageError('--pod-running-timeout must be higher than zero', 'examples')
}

/** Says which container was chosen where it could have been another one. */
export function noteDefault(pod: PodResource, name: string): void {
  const all = containersOf(pod)
  const annotated = pod.metadata.annotations['kubectl.kubernetes.io/default-container']
  if (all.length < 2 || annotated === name) return
  note(`Defaulted container ${JSON.stringify(name)} out of: ${containerNames(all)}`)
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** For a role that may not read pods: one that is named is there until the server says that it is not. */
export function unseen(
  cluster: Cluster,
  target: string,
  container: string | undefined,
): FoundTarget {
  const parsed = parsePodTarget(target)
  if (parsed.kind !== 'pod') {
    throw new Error(`the role may not read what ${target} stands for; name a pod`)
  }
  return { pod: cluster.pod(parsed.name, { container }), container, resource: null }
}
