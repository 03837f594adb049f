import type { ContainerStatus } from './container.ts'
import type { PodResource } from './pod-resource.ts'

/** What a pod is looked for: kubectl chooses differently. */
export type Purpose = 'exec' | 'logs'

/**
 * The best pod first, as kubectl has it.
 *
 * For exec: scheduled, running, ready, not being deleted, ready for longest, fewest restarts, oldest (the reverse of
 * `ActivePods` in kubectl's podutils). For logs: the same without a look at deletion, but *most* restarts, because
 * something is to be found there (`ByLogging`); and pods that have ended count as running there.
 */
export function inOrder(pods: readonly PodResource[], purpose: Purpose): PodResource[] {
  return pods.toSorted(purpose === 'exec' ? forExec : forLogs)
}

function forExec(left: PodResource, right: PodResource): number {
  return (
    falseFirst(left, right, (pod) => pod.spec.nodeName === '') ||
    // A phase that kubectl does not name ranks with Pending.
    rank(right, execRanks) - rank(left, execRanks) ||
    -falseFirst(left, right, isReady) ||
    falseFirst(left, right, (pod) => pod.metadata.deletionTimestamp !== null) ||
    laterDeletion(left, right) ||
    earlier(readyTime(left), readyTime(right)) ||
    -moreRestarts(left, right) ||
    earlier(left.metadata.creationTimestamp, right.metadata.creationTimestamp)
  )
}

function forLogs(left: PodResource, right: PodResource): number {
  return (
    falseFirst(left, right, (pod) => pod.spec.nodeName === '') ||
    // A phase that kubectl does not name ranks with Running.
    rank(left, logsRanks) - rank(right, logsRanks) ||
    -falseFirst(left, right, isReady) ||
    earlier(readyTime(left), readyTime(right)) ||
    moreRestarts(left, right) ||
    earlier(left.metadata.creationTimestamp, right.metadata.creationTimestamp)
  )
}

const execRanks: ReadonlyMap<string, number> = new Map([
  ['Unknown', 1],
  ['Running', 2],
])
const logsRanks: ReadonlyMap<string, number> = new Map([
  ['Unknown', 1],
  ['Pending', 2],
])

function rank({ status }: PodResource, ranks: ReadonlyMap<string, number>): number {
  return ranks.get(status.phase) ?? 0
}

function falseFirst(
  left: PodResource,
  right: PodResource,
  is: (pod: PodResource) => boolean,
): number {
  return Number(is(left)) - Number(is(right))
}

function isReady({ status }: PodResource): boolean {
  return status.conditions.find(({ type }) => type === 'Ready')?.status === 'True'
}

function readyTime(pod: PodResource): Date | null {
  if (!isReady(pod)) return null
  return pod.status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? null
}

/** No time at all is after every time. */
function earlier(left: Date | null, right: Date | null): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  return left.getTime() - right.getTime()
}

function laterDeletion(left: PodResource, right: PodResource): number {
  const [one, other] = [left.metadata.deletionTimestamp, right.metadata.deletionTimestamp]
  return one === null || other === null ? 0 : other.getTime() - one.getTime()
}

/** Sidecars, which are init containers that restart always, decide where the others are equal. */
function moreRestarts(left: PodResource, right: PodResource): number {
  return (
    mostRestarts(right.status.containerStatuses) - mostRestarts(left.status.containerStatuses) ||
    mostRestarts(sidecarStatuses(right)) - mostRestarts(sidecarStatuses(left))
  )
}

function sidecarStatuses({ spec, status }: PodResource): readonly ContainerStatus[] {
  const sidecars = spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const names = new Set(sidecars.map(({ name }) => name))
  return status.initContainerStatuses.filter(({ name }) => names.has(name))
}

function mostRestarts(statuses: readonly ContainerStatus[]): number {
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0)
}
