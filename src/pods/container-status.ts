import type { PodReference } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { ContainerState, ContainerStatus } from './container.ts'
import { chooseContainer } from './default-container.ts'
import type { PodResource } from './pod-resource.ts'
import { getPod, statusOf } from './pod-resource.ts'

/** A container's status, and of the pod's what says whether it is still the same. */
export interface PodContainerStatus extends ContainerStatus {
  /** Another pod of the same name has another one. */
  readonly podUID: string
  /** The pod's: `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`. */
  readonly phase: string
}

/** @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND` */
export async function getContainerStatus(
  server: ApiServer,
  pod: PodReference,
  container: string | undefined,
  signal?: AbortSignal,
): Promise<PodContainerStatus> {
  const resource = await getPod(server, pod, signal)
  return containerStatus(resource, chooseContainer(resource, container).name)
}

/** A container that the kubelet has said nothing of is waiting. */
export function containerStatus(resource: PodResource, name: string): PodContainerStatus {
  const { metadata, status } = resource
  const own = statusOf(resource, name) ?? {
    name,
    ready: false,
    restartCount: 0,
    containerID: '',
    state: { kind: 'waiting', reason: '', message: '' },
    lastState: null,
  }
  return { ...own, podUID: metadata.uid, phase: status.phase }
}

/** Such as `waiting: ImagePullBackOff`; the words after the colon are the server's. */
export function describeState(state: ContainerState): string {
  if (state.kind === 'running') return 'running'
  const words = state.message === '' ? state.reason : `${state.reason}: ${state.message}`
  const code = state.kind === 'terminated' ? ` with exit code ${state.exitCode}` : ''
  return `${state.kind}${code}${words === '' ? '' : `: ${words}`}`
}
