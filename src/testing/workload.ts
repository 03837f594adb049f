import { createHash } from 'node:crypto'
import type { TestWorkload } from './options.ts'

/** What the API knows of the kinds of workloads. */
export interface WorkloadKind {
  readonly kind: TestWorkload['kind']
  readonly group: string
  readonly plural: string
  readonly shortNames: readonly string[]
}

export const workloadKinds: readonly WorkloadKind[] = [
  { kind: 'Service', group: '', plural: 'services', shortNames: ['svc'] },
  {
    kind: 'ReplicationController',
    group: '',
    plural: 'replicationcontrollers',
    shortNames: ['rc'],
  },
  { kind: 'Deployment', group: 'apps', plural: 'deployments', shortNames: ['deploy'] },
  { kind: 'ReplicaSet', group: 'apps', plural: 'replicasets', shortNames: ['rs'] },
  { kind: 'StatefulSet', group: 'apps', plural: 'statefulsets', shortNames: ['sts'] },
  { kind: 'DaemonSet', group: 'apps', plural: 'daemonsets', shortNames: ['ds'] },
  { kind: 'Job', group: 'batch', plural: 'jobs', shortNames: [] },
]

/** A workload as the API server shows it, as far as pods are concerned. */
export function workloadResource(workload: TestWorkload, { kind, group }: WorkloadKind): object {
  const { name, namespace = 'default', matchLabels = {}, matchExpressions } = workload
  const hex = createHash('sha256').update(`${kind}/${namespace}/${name}`).digest('hex')
  // The two old kinds have labels alone.
  const selector =
    group === ''
      ? matchLabels
      : { matchLabels, ...(matchExpressions !== undefined && { matchExpressions }) }
  return {
    kind,
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    metadata: { name, namespace, uid: hex.slice(0, 32), resourceVersion: '1' },
    spec: Object.keys(selector).length === 0 ? {} : { selector },
    status: {},
  }
}
