import type { PodResource } from './pod-resource.ts'

const columns = [
  { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
  ...['Ready', 'Status', 'Restarts', 'Age'].map((name) => ({
    name,
    type: 'string',
    format: '',
    description: '',
    priority: 0,
  })),
]

/** `meta.k8s.io/v1` Table: what `kubectl get` prints. */
export function podTable(pods: readonly PodResource[], metadata: object): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns,
    rows: pods.map((pod) => ({
      cells: [pod.metadata.name, readiness(pod), statusOf(pod), restarts(pod), age(pod)],
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: pod.metadata,
      },
    })),
  }
}

function readiness({ status: { containerStatuses } }: PodResource): string {
  const ready = containerStatuses.filter((status) => status.ready)
  return `${ready.length}/${containerStatuses.length}`
}

/** Why a container does not run says more than the phase. */
function statusOf({ metadata, status: { phase, containerStatuses } }: PodResource): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating'
  for (const { state } of containerStatuses.toReversed()) {
    const reason = state.waiting?.reason ?? state.terminated?.reason
    if (reason !== undefined) return reason
  }
  return phase
}

function restarts({ status: { containerStatuses } }: PodResource): string {
  return String(containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0))
}

function age({ metadata }: PodResource): string {
  return `${Math.floor((Date.now() - Date.parse(metadata.creationTimestamp)) / 1000)}s`
}
