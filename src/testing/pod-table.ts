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
      cells: [pod.metadata.name, readiness(pod), statusOf(pod), '0', age(pod)],
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: pod.metadata,
      },
    })),
  }
}

function readiness({ status }: PodResource): string {
  const { length } = status.containerStatuses
  return `${status.phase === 'Running' ? length : 0}/${length}`
}

function statusOf({ status: { phase } }: PodResource): string {
  if (phase === 'Succeeded') return 'Completed'
  return phase === 'Failed' ? 'Error' : phase
}

function age({ metadata }: PodResource): string {
  return `${Math.floor((Date.now() - Date.parse(metadata.creationTimestamp)) / 1000)}s`
}
