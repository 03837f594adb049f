import { checkSignal, knownKeys, optionalBoolean } from '../option.ts'
import { validName } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { PodQuery } from './pod-list.ts'
import { listPods } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'

/** Which pods are wanted; without any option all of the cluster's own namespace. */
export interface FindPodsOptions {
  /** @default the cluster's */
  readonly namespace?: string | undefined
  /** The pods of all namespaces. @default false */
  readonly allNamespaces?: boolean | undefined
  /** As kubectl takes it with `-l`: `app=web,tier in (a, b)`. */
  readonly labelSelector?: string | undefined
  /** As kubectl takes it with `--field-selector`: `status.phase=Running`. */
  readonly fieldSelector?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * @throws {TypeError | RangeError} bad options
 * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
 */
export async function findPods(
  server: ApiServer,
  options: FindPodsOptions,
  ownNamespace: string,
): Promise<readonly PodResource[]> {
  const { pods } = await listPods(server, queryOf(options, ownNamespace), options.signal)
  return pods
}

function queryOf(options: FindPodsOptions, ownNamespace: string): PodQuery {
  const known = ['namespace', 'allNamespaces', 'labelSelector', 'fieldSelector', 'signal']
  knownKeys('pods', options, known)
  const { namespace, labelSelector, fieldSelector, signal } = options
  const allNamespaces = optionalBoolean('allNamespaces', options.allNamespaces)
  checkSignal(signal)
  if (allNamespaces && namespace !== undefined) {
    throw new TypeError('pods takes a namespace or allNamespaces, and not both')
  }
  for (const [name, value] of Object.entries({ labelSelector, fieldSelector })) {
    if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`${name} must be a string, such as 'app=web'`)
    }
  }
  // `null` would mean all of them.
  const own = namespace === undefined ? ownNamespace : validName('namespace', namespace)
  const chosen = allNamespaces ? null : own
  return { namespace: chosen, labelSelector, fieldSelector }
}
