import { redact } from '../auth/redact.ts'
import type { ClusterConfig, LoadedClusterConfig } from './cluster-config.ts'
import type { KubeconfigDocument } from './document.ts'
import { inClusterConfig, isInCluster, podNamespace } from './in-cluster.ts'
import type { LoadOptions } from './load-options.ts'
import { checkLoadOptions } from './load-options.ts'
import { mergeKubeconfigs } from './merge.ts'
import { noCluster } from './no-cluster.ts'
import { overrideCluster, overrideConfig, overrideUser } from './overrides.ts'
import { loadKubeconfig } from './parse.ts'
import { readKubeconfigs } from './read.ts'
import { resolveCluster, resolveUser } from './resolve.ts'
import { select } from './selection.ts'
import type { Surroundings } from './surroundings.ts'
import { currentSurroundings } from './surroundings.ts'

/**
 * Finds the cluster and the credentials that kubectl would use: the kubeconfig's, else the pod's service account.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_NOT_FOUND`, `ERR_KUBECONFIG_UNREADABLE`, `ERR_KUBECONFIG_SYNTAX`, `ERR_KUBECONFIG_INVALID`
 */
export async function loadClusterConfig(options: LoadOptions = {}): Promise<LoadedClusterConfig> {
  return loadFrom(options, currentSurroundings())
}

/** `loadClusterConfig` with the process and the machine handed in. */
export async function loadFrom(
  options: LoadOptions,
  surroundings: Surroundings,
): Promise<LoadedClusterConfig> {
  const checked = checkLoadOptions(options, surroundings.cwd)
  const { document, paths } = await readMerged(checked.kubeconfig, surroundings)
  const loaded = await fromDocument(document, checked, surroundings, paths)
  if (loaded !== undefined) return loaded
  if (await isInCluster(surroundings)) return fromPod(checked, surroundings, paths)
  throw noCluster(document, checked, paths, surroundings.env['KUBECONFIG'])
}

/**
 * The kubeconfig as kubectl sees it: the one at `path`, else all of `KUBECONFIG` or `~/.kube/config`, merged.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_NOT_FOUND`, `ERR_KUBECONFIG_UNREADABLE`, `ERR_KUBECONFIG_SYNTAX`, `ERR_KUBECONFIG_INVALID`
 */
export async function loadMergedKubeconfig(path?: string): Promise<KubeconfigDocument> {
  return (await readMerged(path, currentSurroundings())).document
}

async function readMerged(
  path: string | undefined,
  surroundings: Surroundings,
): Promise<{ readonly document: KubeconfigDocument; readonly paths: readonly string[] }> {
  const files = await readKubeconfigs(path, surroundings)
  const documents: KubeconfigDocument[] = []
  for (const { path, bytes } of files) documents.push(await loadKubeconfig(bytes, { path }))
  const document = mergeKubeconfigs(documents, surroundings.cwd)
  return { document, paths: files.map(({ path }) => path) }
}

/**
 * Resolves a kubeconfig that `loadKubeconfig` read; neither other files nor a pod's service account stand in for it.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_NOT_FOUND`: no cluster is selected; `ERR_KUBECONFIG_INVALID`
 */
export async function resolveKubeconfig(
  document: KubeconfigDocument,
  options: Omit<LoadOptions, 'kubeconfig'> = {},
): Promise<LoadedClusterConfig> {
  const surroundings = { ...currentSurroundings(), env: {} }
  const checked = checkLoadOptions(options, surroundings.cwd)
  const located = mergeKubeconfigs([document], surroundings.cwd)
  const files = document.file === undefined ? [] : [document.file]
  const loaded = await fromDocument(located, checked, surroundings, files)
  if (loaded === undefined) throw noCluster(located, checked, files)
  return loaded
}

/** Absent when the kubeconfig says nothing about a cluster, which is client-go's "empty". */
async function fromDocument(
  document: KubeconfigDocument,
  options: LoadOptions,
  surroundings: Surroundings,
  files: readonly string[],
): Promise<LoadedClusterConfig | undefined> {
  const { overrides = {} } = options
  const { contextName, context, ...selected } = select(document, options)
  const cluster = overrideCluster(selected.cluster, overrides)
  const entry = overrideUser(selected.user, overrides)
  const user = await resolveUser(entry)
  if (cluster === undefined) return undefined
  const config = await resolveCluster(cluster, user, entry?.origin)
  const inPod = async () =>
    (await isInCluster(surroundings)) ? podNamespace(surroundings) : 'default'
  // In a pod client-go takes the pod's namespace for a context without one, though the cluster may be another.
  const namespace = options.namespace ?? context?.namespace ?? (await inPod())
  return finish(config, namespace, { source: 'kubeconfig', context: contextName, files })
}

async function fromPod(
  options: LoadOptions,
  surroundings: Surroundings,
  files: readonly string[],
): Promise<LoadedClusterConfig> {
  const config = await overrideConfig(await inClusterConfig(surroundings), options.overrides ?? {})
  const namespace = options.namespace ?? (await podNamespace(surroundings))
  return finish(config, namespace, { source: 'in-cluster', context: null, files })
}

function finish(
  config: ClusterConfig,
  namespace: string,
  origin: Pick<LoadedClusterConfig, 'source' | 'context' | 'files'>,
): LoadedClusterConfig {
  const anonymous = config.auth === undefined && config.tls?.cert === undefined
  const loaded: LoadedClusterConfig = { ...config, namespace, ...origin, anonymous }
  // A proxy's URL may hold a password; the secrets of auth and tls are kept back by those themselves.
  return redact(loaded, config.proxyUrl?.includes('@') === true ? ['proxyUrl'] : [])
}
