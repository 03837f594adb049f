import { PodwireError } from '../errors.ts'
import { checkSignal, knownKeys, maxTimer, wholeNumber } from '../option.ts'
import { printable } from '../protocol/printable.ts'
import { validName } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { Deadline } from './deadline.ts'
import { defaultContainer } from './default-container.ts'
import { observePods } from './observe-pods.ts'
import type { PodQuery } from './pod-list.ts'
import { listPods } from './pod-list.ts'
import type { Purpose } from './pod-order.ts'
import { inOrder } from './pod-order.ts'
import type { PodResource } from './pod-resource.ts'
import { getPod } from './pod-resource.ts'
import type { PodTargetText } from './pod-target.ts'
import { parsePodTarget } from './pod-target.ts'
import { workloadSelector } from './workload.ts'

export interface FindPodOptions {
  /** @default the cluster's */
  readonly namespace?: string | undefined
  /** What the pod is for, which decides between several; see `docs/pods-and-logs.md`. @default 'exec' */
  readonly purpose?: Purpose | undefined
  /**
   * Milliseconds to wait for a pod when a workload or a selector has none yet.
   * @default 60_000 for exec, 20_000 for logs, as kubectl's `--pod-running-timeout`
   */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The pod chosen, with its default container, and how many there were to choose from. */
export interface FoundPod {
  readonly resource: PodResource
  readonly container: string
  readonly matches: number
}

/**
 * Finds the pod that kubectl would choose for `target`.
 * @throws {TypeError | RangeError} not a target, or bad options
 * @throws {PodwireError} `ERR_POD_NOT_FOUND`: no pod in time
 * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
 */
export async function findPod(
  server: ApiServer,
  target: string,
  options: FindPodOptions & { readonly namespace: string },
): Promise<FoundPod> {
  knownKeys('findPod', options, ['namespace', 'purpose', 'timeout', 'signal'])
  const { purpose = 'exec', signal } = options
  if (purpose !== 'exec' && purpose !== 'logs') {
    throw new RangeError("purpose must be 'exec' or 'logs'")
  }
  checkSignal(signal)
  const namespace = validName('namespace', options.namespace)
  const { timeout = purpose === 'exec' ? 60_000 : 20_000 } = options
  wholeNumber('timeout', timeout, 0, maxTimer)
  const limits = { purpose, timeout, signal }
  const choice = await choose(server, parsePodTarget(target), namespace, limits)
  return { ...choice, container: defaultContainer(choice.resource, purpose).name }
}

function notFound(why: string, cause?: unknown): PodwireError {
  return new PodwireError('ERR_POD_NOT_FOUND', printable(why), { cause })
}

interface Limits {
  readonly purpose: Purpose
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

type Choice = Omit<FoundPod, 'container'>

async function choose(
  server: ApiServer,
  target: PodTargetText,
  namespace: string,
  limits: Limits,
): Promise<Choice> {
  const { signal } = limits
  if (target.kind === 'pod') {
    const reference = { namespace, pod: target.name }
    const resource = await getPod(server, reference, signal, limits.purpose === 'exec')
    return { resource, matches: 1 }
  }
  const labelSelector =
    target.kind === 'selector'
      ? target.labelSelector
      : await workloadSelector(server, namespace, target.workload, signal)
  return firstPod(server, { namespace, labelSelector }, limits)
}

/** Where there are none yet, the first that turns up is taken. */
async function firstPod(
  server: ApiServer,
  query: PodQuery & { readonly namespace: string },
  { purpose, timeout, signal }: Limits,
): Promise<Choice> {
  const none = `no pod in namespace ${query.namespace} matches ${query.labelSelector}`
  if (timeout === 0) {
    const found = best((await listPods(server, query, signal)).pods, purpose)
    if (found === null) throw notFound(none)
    return found
  }
  const deadline = new Deadline(timeout, signal)
  let lost: PodwireError | null = null
  const look = () => listPods(server, query, deadline.signal)
  try {
    for await (const change of observePods(server, query, look, deadline.signal)) {
      lost = change.type === 'link' ? change.error : null
      if (change.type === 'changed') return { resource: change.pod, matches: 1 }
      const found = change.type === 'all' ? best(change.pods, purpose) : null
      if (found !== null) return found
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!deadline.passed) throw error
  } finally {
    deadline.clear()
  }
  const since = lost === null ? '' : `; nothing is heard of any now: ${lost.message}`
  throw notFound(`${none} within ${timeout} ms${since}`, lost ?? undefined)
}

function best(pods: readonly PodResource[], purpose: Purpose): Choice | null {
  const [resource] = inOrder(pods, purpose)
  return resource === undefined ? null : { resource, matches: pods.length }
}
