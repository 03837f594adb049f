import { PodwireError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'
import type { Container, ContainerState } from './container.ts'
import { chooseContainer } from './default-container.ts'
import type { PodResource } from './pod-resource.ts'
import { statusOf } from './pod-resource.ts'

/**
 * The container to attach to, chosen as `chooseContainer` does.
 * @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND`, `ERR_CONTAINER_NOT_RUNNING`
 */
export function attachTarget(pod: PodResource, name: string | undefined): Container {
  const container = chooseContainer(pod, name)
  const why = whyNot(pod, container)
  if (why === null) return container
  throw new PodwireError(
    'ERR_CONTAINER_NOT_RUNNING',
    printable(`container ${container.name} of pod ${pod.metadata.name} is not running: ${why}`),
  )
}

/** Why nobody can be attached to it; without a word of the kubelet's the server may decide. */
function whyNot(pod: PodResource, container: Container): string | null {
  const state = statusOf(pod, container.name)?.state
  if (state !== undefined) return describe(state)
  const { phase } = pod.status
  return phase === 'Running' ? null : `the pod's phase is ${phase || 'not known'}`
}

function describe(state: ContainerState): string | null {
  if (state.kind === 'running') return null
  const reason = state.reason === '' ? '' : ` (${state.reason})`
  return state.kind === 'waiting'
    ? `it is waiting${reason}`
    : `it has ended with exit code ${state.exitCode}${reason}`
}
