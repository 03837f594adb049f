import { PodwireError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'
import type { Container } from './container.ts'
import type { Purpose } from './pod-order.ts'
import type { PodResource } from './pod-resource.ts'
import { containersOf } from './pod-resource.ts'

const annotation = 'kubectl.kubernetes.io/default-container'

/**
 * The container of that name, of any kind; without a name the one that the pod's annotation
 * `kubectl.kubernetes.io/default-container` names, else the first, as kubectl has it.
 * @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND`: there is none of that name, or none at all
 */
export function chooseContainer(pod: PodResource, name: string | undefined): Container {
  const wanted = name ?? (pod.metadata.annotations[annotation] || undefined)
  const all = containersOf(pod)
  const container =
    wanted === undefined ? pod.spec.containers[0] : all.find((one) => one.name === wanted)
  if (container !== undefined) return container
  const text =
    all.length === 0
      ? `pod ${pod.metadata.name} does not have any containers`
      : `container ${wanted} is not valid for pod ${pod.metadata.name} out of: ${containerNames(all)}`
  throw new PodwireError('ERR_CONTAINER_NOT_FOUND', printable(text))
}

/**
 * The default container for a purpose: a wrong annotation is an error for exec, and none for logs; so kubectl has it.
 * @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND`
 */
export function defaultContainer(pod: PodResource, purpose: Purpose): Container {
  const named = pod.metadata.annotations[annotation]
  const exists = containersOf(pod).some(({ name }) => name === named)
  const [first] = pod.spec.containers
  return purpose === 'logs' && !exists && first ? first : chooseContainer(pod, undefined)
}

/** In kubectl's words: `app, debug (ephem), setup (init)`. */
export function containerNames(containers: readonly Container[]): string {
  const suffixes = { container: '', ephemeral: ' (ephem)', init: ' (init)' }
  return containers.map(({ name, kind }) => `${name}${suffixes[kind]}`).join(', ')
}
