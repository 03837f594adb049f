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
  readonly containerStatuses: readonly object[]
  readonly [field: string]: unknown
}

interface PodMetadata {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export function namespaceOf(pod: TestPod): string {
  return pod.namespace ?? 'default'
}

/** @param createdAt when the server started, in RFC 3339 to the second */
export function podResource(pod: TestPod, createdAt: string): PodResource {
  const phase = pod.phase ?? 'Running'
  const namespace = namespaceOf(pod)
  const scheduled = phase !== 'Pending'
  const statuses = (containers: readonly TestContainer[] = []): object[] =>
    containers.map((container) => containerStatus(pod, container, createdAt))
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: pod.name,
      namespace,
      uid: uid(`${namespace}/${pod.name}`),
      resourceVersion: '1',
      creationTimestamp: createdAt,
      labels: pod.labels ?? {},
      annotations: pod.annotations ?? {},
    },
    spec: {
      containers: pod.containers.map(containerSpec),
      ...(pod.initContainers && { initContainers: pod.initContainers.map(containerSpec) }),
      ...(pod.ephemeralContainers && {
        ephemeralContainers: pod.ephemeralContainers.map(containerSpec),
      }),
      restartPolicy: 'Always',
      ...(scheduled && { nodeName: 'node-0' }),
    },
    status: {
      phase,
      conditions: conditions(phase, createdAt),
      ...(scheduled && { hostIP: '127.0.0.1', podIP: '127.0.0.1', startTime: createdAt }),
      containerStatuses: statuses(pod.containers),
      ...(pod.initContainers && { initContainerStatuses: statuses(pod.initContainers) }),
      ...(pod.ephemeralContainers && {
        ephemeralContainerStatuses: statuses(pod.ephemeralContainers),
      }),
      qosClass: 'BestEffort',
    },
  }
}

function containerSpec({ name, stdin, stdinOnce, tty }: TestContainer): object {
  return {
    name,
    image: 'podwire.test/local:latest',
    // Go leaves out what is false.
    ...(stdin && { stdin }),
    ...(stdinOnce && { stdinOnce }),
    ...(tty && { tty }),
  }
}

function containerStatus(pod: TestPod, container: TestContainer, createdAt: string): object {
  const { name, state } = container
  const phase = pod.phase ?? 'Running'
  const running = phase === 'Running' && state === undefined
  const id = createHash('sha256')
    .update(`${namespaceOf(pod)}/${pod.name}/${name}`)
    .digest('hex')
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
    ready: running,
    started: running,
    restartCount: 0,
    lastState: {},
    state: running
      ? { running: { startedAt: createdAt } }
      : (state ?? (phase === 'Pending' ? waiting : { terminated })),
  }
}

function conditions(phase: string, createdAt: string): object[] {
  const ready = phase === 'Running' ? 'True' : 'False'
  const scheduled = phase === 'Pending' ? 'False' : 'True'
  return [
    { type: 'PodScheduled', status: scheduled },
    { type: 'Initialized', status: scheduled },
    { type: 'ContainersReady', status: ready },
    { type: 'Ready', status: ready },
  ].map((condition) => ({ ...condition, lastProbeTime: null, lastTransitionTime: createdAt }))
}

function uid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
}
