import { createHash } from 'node:crypto'
import type { TestContainer, TestPod } from './options.ts'

/** A pod as the API server shows it: `v1.Pod`. */
export interface PodResource {
  readonly kind: 'Pod'
  readonly apiVersion: 'v1'
  readonly metadata: PodMetadata
  readonly spec: object
  readonly status: PodStatus
}

interface PodStatus {
  readonly phase: string
  readonly containerStatuses: readonly ContainerStatus[]
  readonly [field: string]: unknown
}

interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state: {
    readonly waiting?: { readonly reason?: string }
    readonly terminated?: { readonly exitCode: number; readonly reason?: string }
    readonly running?: object
  }
  readonly [field: string]: unknown
}

interface PodMetadata {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export function namespaceOf(pod: TestPod): string {
  return pod.namespace ?? 'default'
}

export function containersOf(pod: TestPod): readonly TestContainer[] {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod
  return [...containers, ...initContainers, ...ephemeralContainers]
}

/** RFC 3339 to the second, as the API has it. */
export function timestamp(time: Date = new Date()): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** Which run of a container it is, and whether it goes on. */
export function containerRun(
  pod: TestPod,
  { name, state, restarts = 0 }: TestContainer,
): { readonly id: string; readonly running: boolean } {
  const run = restarts === 0 ? '' : `/${restarts}`
  const id = createHash('sha256')
    .update(`${namespaceOf(pod)}/${pod.name}/${name}${run}`)
    .digest('hex')
  return { id, running: (pod.phase ?? 'Running') === 'Running' && state === undefined }
}

interface History {
  /** How often a pod of its name was deleted. */
  readonly incarnation?: number
  readonly version?: number
  readonly before?: PodResource | null
}

/** `v1.Pod`. What changes keeps the time of its creation. */
export function podResource(
  pod: TestPod,
  { incarnation = 0, version = 1, before = null }: History = {},
): PodResource {
  const phase = pod.phase ?? 'Running'
  const namespace = namespaceOf(pod)
  const createdAt = pod.createdAt
    ? timestamp(pod.createdAt)
    : (before?.metadata.creationTimestamp ?? timestamp())
  const node = pod.node === undefined ? (phase === 'Pending' ? null : 'node-0') : pod.node
  const statuses = (containers: readonly TestContainer[] = []): ContainerStatus[] =>
    containers.map((container) => containerStatus(pod, container, createdAt))
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: pod.name,
      namespace,
      uid: uid(`${namespace}/${pod.name}${incarnation === 0 ? '' : `#${incarnation}`}`),
      resourceVersion: String(version),
      creationTimestamp: createdAt,
      ...(pod.deletedAt && { deletionTimestamp: timestamp(pod.deletedAt) }),
      labels: pod.labels ?? {},
      annotations: pod.annotations ?? {},
    },
    spec: {
      containers: pod.containers.map(containerSpec),
      ...(pod.initContainers && { initContainers: pod.initContainers.map(containerSpec) }),
      ...(pod.ephemeralContainers && {
        ephemeralContainers: pod.ephemeralContainers.map(containerSpec),
      }),
      restartPolicy: pod.restartPolicy ?? 'Always',
      ...(node !== null && { nodeName: node }),
    },
    status: {
      phase,
      conditions: conditions(pod, phase, createdAt),
      ...(node !== null && { hostIP: '127.0.0.1', podIP: '127.0.0.1', startTime: createdAt }),
      containerStatuses: statuses(pod.containers),
      ...(pod.initContainers && { initContainerStatuses: statuses(pod.initContainers) }),
      ...(pod.ephemeralContainers && {
        ephemeralContainerStatuses: statuses(pod.ephemeralContainers),
      }),
      qosClass: 'BestEffort',
    },
  }
}

function containerSpec({ name, stdin, stdinOnce, tty, restartPolicy }: TestContainer): object {
  return {
    name,
    image: 'podwire.test/local:latest',
    // Go leaves out what is false.
    ...(stdin && { stdin }),
    ...(stdinOnce && { stdinOnce }),
    ...(tty && { tty }),
    ...(restartPolicy && { restartPolicy }),
  }
}

function containerStatus(
  pod: TestPod,
  container: TestContainer,
  createdAt: string,
): ContainerStatus {
  const { name, state, restarts = 0 } = container
  const phase = pod.phase ?? 'Running'
  const { id, running } = containerRun(pod, container)
  const terminated = {
    exitCode: phase === 'Succeeded' ? 0 : 1,
    reason: phase === 'Succeeded' ? 'Completed' : 'Error',
    startedAt: createdAt,
    finishedAt: createdAt,
  }
  const waiting = { waiting: { reason: 'ContainerCreating' } }
  return {
    name,
    image: 'podwire.test/local:latest',
    imageID: '',
    ...(phase !== 'Pending' && { containerID: `containerd://${id}` }),
    ready: running && (pod.ready ?? true),
    started: running,
    restartCount: restarts,
    lastState: {},
    state: running
      ? { running: { startedAt: createdAt } }
      : (state ?? (phase === 'Pending' ? waiting : { terminated })),
  }
}

function conditions(pod: TestPod, phase: string, createdAt: string): object[] {
  const allRun = pod.containers.every((container) => containerRun(pod, container).running)
  const ready = allRun && (pod.ready ?? true) ? 'True' : 'False'
  const scheduled = phase === 'Pending' ? 'False' : 'True'
  const readySince = pod.readySince ? timestamp(pod.readySince) : createdAt
  const condition = (type: string, status: string, lastTransitionTime = createdAt): object => {
    return { type, status, lastProbeTime: null, lastTransitionTime }
  }
  return [
    condition('PodScheduled', scheduled),
    condition('Initialized', scheduled),
    condition('ContainersReady', ready),
    condition('Ready', ready, readySince),
  ]
}

function uid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
}
