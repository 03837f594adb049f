import { KubeconfigError } from '../errors.ts'
import type {
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigDocument,
  KubeconfigUser,
} from './document.ts'
import type { LoadOptions } from './load-options.ts'
import { positionIn } from './position.ts'

export interface Selection {
  readonly contextName: string | null
  readonly context: KubeconfigContext | undefined
  /** Absent: the kubeconfig says nothing about a cluster, and the pod's service account is next. */
  readonly cluster: KubeconfigCluster | undefined
  /** Absent: anonymous, as in client-go. */
  readonly user: KubeconfigUser | undefined
}

/**
 * The context, cluster and user that count.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`: a name that was asked for, or the current context, is not there
 */
export function select(config: KubeconfigDocument, options: LoadOptions): Selection {
  const contextName = options.context ?? config.currentContext ?? ''
  const context = config.contexts.get(contextName)
  if (context === undefined && contextName !== '') {
    const asked = options.context !== undefined
    throw missing(config, asked ? 'context' : 'current-context', contextName, config.contexts)
  }
  for (const kind of ['cluster', 'user'] as const) {
    const name = options[kind]
    const entries = kind === 'cluster' ? config.clusters : config.users
    if (name !== undefined && !entries.has(name)) throw missing(config, kind, name, entries)
  }
  return {
    contextName: context === undefined ? null : contextName,
    context,
    cluster: config.clusters.get(options.cluster ?? context?.cluster ?? ''),
    user: config.users.get(options.user ?? context?.user ?? ''),
  }
}

function missing(
  config: KubeconfigDocument,
  field: string,
  name: string,
  entries: ReadonlyMap<string, unknown>,
): KubeconfigError {
  const names = Array.from(entries.keys(), (key) => JSON.stringify(key)).slice(0, 20)
  const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
  const where = config.file ?? 'the kubeconfig'
  return new KubeconfigError(
    'ERR_KUBECONFIG_INVALID',
    `the ${field} ${JSON.stringify(name)} is not in ${where}; ${there}`,
    { file: config.file, ...(field === 'current-context' && positionIn(config, field)), field },
  )
}
