/** The entry `podwire/kubeconfig`: finding the cluster and the credentials that kubectl would use. */

export type { Auth, CertificateFiles, Credential, HeaderAuth } from '../auth/credential.ts'
export type { ExecCluster, ExecPlugin } from '../auth/exec-plugin.ts'
export type { Impersonation } from '../auth/impersonation.ts'
export type { OidcProvider } from '../auth/oidc-provider.ts'
export type { ErrorCode } from '../errors.ts'
export { KubeconfigError, PodwireError } from '../errors.ts'
export type { Json } from '../yaml/node.ts'
export type { ClusterConfig, LoadedClusterConfig, Pem, TlsConfig } from './cluster-config.ts'
export type {
  KubeconfigAuthProvider,
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigDocument,
  KubeconfigExec,
  KubeconfigUser,
  Origin,
} from './document.ts'
export { loadClusterConfig, loadMergedKubeconfig, resolveKubeconfig } from './load.ts'
export type { LoadOptions, Overrides } from './load-options.ts'
export { loadKubeconfig } from './parse.ts'
export type { ServerAddress } from './server.ts'
export { parseServer } from './server.ts'
