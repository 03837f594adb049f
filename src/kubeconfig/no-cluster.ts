import { KubeconfigError } from '../errors.ts'
import type { KubeconfigDocument } from './document.ts'
import type { LoadOptions } from './load-options.ts'

/** Why no cluster is selected, and what to do about it. */
export function noCluster(
  document: KubeconfigDocument,
  options: LoadOptions,
  files: readonly string[],
  list?: string,
): KubeconfigError {
  return new KubeconfigError('ERR_KUBECONFIG_NOT_FOUND', explain(document, options, files, list), {
    file: document.file,
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
      ? 'None of the files that KUBECONFIG lists exists; it must hold paths as they are, without ~ or variables.'
      : 'There is no kubeconfig, and this is not a pod with a service account: set KUBECONFIG or create ~/.kube/config.'
  }
  const where = files.length === 0 ? 'the kubeconfig' : files.join(', ')
  const name = options.context ?? document.currentContext
  if (name === undefined) return `No current-context is set in ${where}; set it or name a context.`
  const cluster = document.contexts.get(name)?.cluster ?? ''
  return `The context ${JSON.stringify(name)} names the cluster ${JSON.stringify(cluster)}, which is not in ${where}.`
}
