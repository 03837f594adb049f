import type { Cluster, Pod } from '../index.ts'
import { connect, UpgradeError } from '../index.ts'
import { chooseContainer } from '../pods/default-container.ts'
import type { PodResource } from '../pods/pod-resource.ts'
import { containersOf } from '../pods/pod-resource.ts'
import { connectOptions } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { Interruption } from './interruption.ts'
import { LogLines, printBytes } from './log-output.ts'
import type { LogFlags } from './logs-flags.ts'
import { logOptions, logsFlags } from './logs-flags.ts'
import { note, noteDefault, runningTimeout, unseen } from './pod-target.ts'
import { UsageError } from './usage-error.ts'

/** One log to print. */
interface Source {
  readonly pod: Pod
  readonly container: string | undefined
}

export const logsCommand = defineCommand({
  usage: 'logs (POD | TYPE/NAME | -l QUERY) [-c CONTAINER] [options]',
  about: 'Prints what containers have written to their output.',
  flags: logsFlags,
  operands: ['pod', 'container'],
  async run({ flags, operands }) {
    const { target, container } = targetOf(operands, flags)
    if (flags.background !== undefined) {
      const { backgroundLogs } = await import('./background-logs.ts')
      return backgroundLogs(flags.background, target, { ...flags, container })
    }
    logOptions(flags)
    return Interruption.during(async (interruption) => {
      const { signal } = interruption
      const cluster = await connect(connectOptions(flags))
      const sources =
        target === null
          ? await selected(cluster, { ...flags, container }, signal)
          : await found(cluster, target, { ...flags, container }, signal)
      const { follow, 'max-log-requests': most = 5 } = flags
      if (follow && sources.length > most) {
        throw new Error(
          `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`,
        )
      }
      await printAll(sources, flags, interruption)
      return 0
    })
  },
})

async function printAll(
  sources: readonly Source[],
  flags: LogFlags,
  interruption: Interruption,
): Promise<void> {
  const failed = new AbortController()
  const signal = AbortSignal.any([interruption.signal, failed.signal])
  const open = ({ pod, container }: Source) => {
    return pod.logs({ ...logOptions(flags), container, signal })
  }
  const [first, second] = sources
  if (first !== undefined && second === undefined && !flags.prefix) {
    return printBytes(open(first), interruption)
  }
  const lines = new LogLines(interruption)
  const print = (source: Source) => {
    const { pod, container = '' } = source
    return lines.print(open(source), flags.prefix ? `[pod/${pod.name}/${container}] ` : '')
  }
  try {
    if (flags.follow) await Promise.all(sources.map(print))
    else for (const source of sources) await print(source)
  } finally {
    // One that fails is the end of all.
    failed.abort()
  }
}

function targetOf(operands: readonly string[], flags: LogFlags) {
  const [target, inline, ...others] = operands
  const { selector } = flags
  // An empty one is none, as of a shell's variable that is not set.
  const container = flags.container || inline || undefined
  if ((target === undefined && !selector) || others.length > 0) {
    throw new UsageError(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      'examples',
    )
  }
  if (target !== undefined && selector) {
    throw new UsageError('only a selector (-l) or a POD name is allowed', 'examples')
  }
  if (inline && flags.container) {
    throw new UsageError('only one of -c or an inline [CONTAINER] arg is allowed', 'nothing')
  }
  if (flags['all-containers'] && container) {
    throw new UsageError(
      `--all-containers=true should not be specified with container name ${container}`,
      'nothing',
    )
  }
  return { target: target ?? null, container }
}

/** The logs of a pod, or of the one that stands for a workload. */
async function found(
  cluster: Cluster,
  target: string,
  flags: LogFlags,
  signal: AbortSignal,
): Promise<Source[]> {
  const options = { purpose: 'logs' as const, signal, ...runningTimeout(flags) }
  const one = await cluster.lookUp(target, options).catch((error) => {
    if (error instanceof UpgradeError && error.httpStatus === 403) return null
    throw error
  })
  // A role that holds `pods/log` alone is enough for a pod that is named.
  if (one === null) return [unseen(cluster, target, flags.container)]
  const { pod, resource, matches } = one
  if (matches > 1) note(`Found ${matches} pods, using pod/${resource.metadata.name}`)
  return ofPod(pod, resource, one.container, flags)
}

async function selected(cluster: Cluster, flags: LogFlags, signal: AbortSignal): Promise<Source[]> {
  const { findPods } = await import('../pods/find-pods.ts')
  const { defaultContainer } = await import('../pods/default-container.ts')
  const options = { labelSelector: flags.selector, signal }
  const pods = await findPods(cluster.api, options, cluster.namespace)
  if (pods.length === 0) note(`No resources found in ${cluster.namespace} namespace.`)
  return pods.flatMap((resource) => {
    const { name, namespace } = resource.metadata
    const pod = cluster.pod(name, { namespace })
    return ofPod(pod, resource, defaultContainer(resource, 'logs').name, flags)
  })
}

function ofPod(
  pod: Pod,
  resource: PodResource,
  usual: string,
  { container, 'all-containers': all }: LogFlags,
): Source[] {
  if (all) {
    const order = ['init', 'container', 'ephemeral']
    return containersOf(resource)
      .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
      .map(({ name }) => ({ pod, container: name }))
  }
  if (container === undefined) noteDefault(resource, usual)
  else chooseContainer(resource, container)
  return [{ pod, container: container ?? usual }]
}
