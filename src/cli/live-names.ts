import { connect } from '../index.ts'
import { loadMergedKubeconfig } from '../kubeconfig/index.ts'
import { containersOf, getPod } from '../pods/pod-resource.ts'
import { podsPath } from '../protocol/request.ts'
import type { ClusterFlags } from './cluster-flags.ts'
import { loadOptions } from './cluster-flags.ts'
import type { Names } from './completion.ts'

/** Milliseconds in which names must be there: somebody waits for them with a finger on the key. */
const patience = 3_000

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/** Names from the kubeconfig and the cluster, for completion; a plugin for credentials has nobody to talk to. */
export const liveNames: Names = async (kind, { flags, pod }) => {
  const { kubeconfig } = flags as ClusterFlags
  if (kind === 'context' || kind === 'cluster' || kind === 'user') {
    const { contexts, clusters, users } = await loadMergedKubeconfig(kubeconfig)
    return [...{ context: contexts, cluster: clusters, user: users }[kind].keys()]
  }
  const signal = AbortSignal.timeout(patience)
  const cluster = await connect({ ...loadOptions(flags), onPluginStderr: () => {} })
  const { api, namespace } = cluster
  if (kind === 'container') {
    if (pod === undefined) return []
    const name = pod.slice(pod.indexOf('/') + 1)
    return containersOf(await getPod(api, { namespace, pod: name }, signal)).map(({ name }) => name)
  }
  const { prefix } = api.endpoint
  const path = kind === 'pod' ? podsPath(namespace, prefix) : `${prefix}/api/v1/namespaces`
  const list = (await api.getJson(`${path}?limit=500`, signal, metadataOnly)) as {
    items?: readonly { metadata?: { name?: unknown } }[]
  }
  return (list.items ?? []).flatMap(({ metadata }) =>
    typeof metadata?.name === 'string' ? [metadata.name] : [],
  )
}
