import type { PodReference } from '../protocol/request.ts'
import { podPath } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { Container, ContainerStatus } from './container.ts'
import { readContainer, readContainerStatus } from './container.ts'
import { JsonFields } from './json-fields.ts'

/** A pod as the API server has it: the fields that matter here, checked. */
export interface PodResource {
  readonly metadata: PodMetadata
  readonly spec: PodSpec
  readonly status: PodStatus
}

export interface PodMetadata {
  readonly name: string
  readonly namespace: string
  /** Another one under the same name is another pod. */
  readonly uid: string
  readonly resourceVersion: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly creationTimestamp: Date | null
  /** Set: the pod is being deleted, and gone at about this time. */
  readonly deletionTimestamp: Date | null
  readonly ownerReferences: readonly OwnerReference[]
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller: boolean
}

export interface PodSpec {
  /** Empty: not scheduled yet. */
  readonly nodeName: string
  /** `Always`, `OnFailure` or `Never`. */
  readonly restartPolicy: string
  readonly containers: readonly Container[]
  readonly initContainers: readonly Container[]
  readonly ephemeralContainers: readonly Container[]
}

export interface PodStatus {
  /** `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`; empty when the server says nothing. */
  readonly phase: string
  /** Why the pod as a whole is as it is, such as `Evicted`; mostly empty. */
  readonly reason: string
  readonly message: string
  readonly conditions: readonly PodCondition[]
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
  readonly ephemeralContainerStatuses: readonly ContainerStatus[]
}

export interface PodCondition {
  readonly type: string
  /** `True`, `False` or `Unknown`. */
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: Date | null
}

/**
 * GETs a pod.
 * @param sessionFollows whether the connection is to be kept for one
 * @throws {UpgradeError} the server refuses; `httpStatus` 404: there is no such pod
 * @throws {AuthError | ConnectionError} no answer, or one that is no pod
 */
export async function getPod(
  server: ApiServer,
  pod: PodReference,
  signal?: AbortSignal,
  sessionFollows = false,
): Promise<PodResource> {
  const path = podPath(pod, server.endpoint.prefix)
  return readPod(new JsonFields(await server.getJson(path, signal, undefined, sessionFollows)))
}

/** @throws {ConnectionError} not a pod */
export function readPod(fields: JsonFields): PodResource {
  return {
    metadata: readMetadata(fields.fields('metadata')),
    spec: readSpec(fields.fields('spec')),
    status: readStatus(fields.fields('status')),
  }
}

function readMetadata(fields: JsonFields): PodMetadata {
  return {
    name: fields.name('name', 'pod'),
    namespace: fields.name('namespace', 'namespace'),
    uid: fields.string('uid'),
    resourceVersion: fields.string('resourceVersion'),
    labels: fields.stringMap('labels'),
    annotations: fields.stringMap('annotations'),
    creationTimestamp: fields.time('creationTimestamp'),
    deletionTimestamp: fields.time('deletionTimestamp'),
    ownerReferences: fields.list('ownerReferences').map((owner) => ({
      apiVersion: owner.string('apiVersion'),
      kind: owner.string('kind'),
      name: owner.string('name'),
      uid: owner.string('uid'),
      controller: owner.boolean('controller'),
    })),
  }
}

function readSpec(fields: JsonFields): PodSpec {
  return {
    nodeName: fields.string('nodeName'),
    restartPolicy: fields.string('restartPolicy'),
    containers: fields.list('containers').map((one) => readContainer(one, 'container')),
    initContainers: fields.list('initContainers').map((one) => readContainer(one, 'init')),
    ephemeralContainers: fields
      .list('ephemeralContainers')
      .map((one) => readContainer(one, 'ephemeral')),
  }
}

function readStatus(fields: JsonFields): PodStatus {
  return {
    phase: fields.string('phase'),
    reason: fields.string('reason'),
    message: fields.string('message'),
    conditions: fields.list('conditions').map((condition) => ({
      type: condition.string('type'),
      status: condition.string('status'),
      reason: condition.string('reason'),
      message: condition.string('message'),
      lastTransitionTime: condition.time('lastTransitionTime'),
    })),
    containerStatuses: fields.list('containerStatuses').map(readContainerStatus),
    initContainerStatuses: fields.list('initContainerStatuses').map(readContainerStatus),
    ephemeralContainerStatuses: fields.list('ephemeralContainerStatuses').map(readContainerStatus),
  }
}

/** All containers in kubectl's order: those of the pod, ephemeral ones, init containers. */
export function containersOf({ spec }: PodResource): readonly Container[] {
  return [...spec.containers, ...spec.ephemeralContainers, ...spec.initContainers]
}

/** The status of a container of any kind; `undefined` as long as the kubelet has said nothing of it. */
export function statusOf({ status }: PodResource, container: string): ContainerStatus | undefined {
  return [
    ...status.containerStatuses,
    ...status.initContainerStatuses,
    ...status.ephemeralContainerStatuses,
  ].find(({ name }) => name === container)
}
