import { KubeconfigError } from '../errors.ts'
import type { KubeconfigDocument } from './document.ts'
import type { LoadOptions } from './load-options.ts'
import { positionIn } from './position.ts'

/** Why no cluster is selected, and what to do about it. */
export function noCluster(
  document: KubeconfigDocument,
  options: LoadOptions,
  files: readonly string[],
  list?: string,
): KubeconfigError {
  const context = document.contexts.get(options.context ?? document.currentContext ?? '')
  const origin = context?.origin
  return new KubeconfigError('ERR_KUBECONFIG_NOT_FOUND', explain(document, options, files, list), {
    file: origin?.file ?? document.file,
    ...(origin && { ...positionIn(origin, 'cluster'), field: `${origin.field}.cluster` }),
  })
}

function explain(
  document: KubeconfigDocument,
  options: LoadOptions,
  files: readonly string[],
  list: string | undefined,
): string {
  if (files.length === 0 && document.clusters.size === 0) {
    return list
      ? 'none of the files that KUBECONFIG lists exists; it must hold paths as they are, without ~ or variables'
      : 'there is no kubeconfig, and this is not a pod with a service account: set KUBECONFIG or create ~/.kube/config'
  }
  const where = files.length === 0 ? 'the kubeconfig' : files.join(', ')
  const name = options.context ?? document.currentContext
  if (name === undefined) return `no current-context is set in ${where}; set it or name a context`
  const cluster = document.contexts.get(name)?.cluster ?? ''
  return `the context ${JSON.stringify(name)} names the cluster ${JSON.stringify(cluster)}, which is not in ${where}`
}
