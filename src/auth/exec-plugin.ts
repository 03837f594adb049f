import type { Json } from '../yaml/node.ts'

/** A program that prints credentials: the `exec` of a kubeconfig's user. Printing it shows no secret. */
export interface ExecPlugin {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1'
  /** A name to find in `PATH`, or a path. There is no shell in between. */
  readonly command: string
  readonly args?: readonly string[]
  /** On top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether the plugin gets standard input when that is a terminal. @default 'IfAvailable' */
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always'
  /** What to tell somebody who does not have the plugin. */
  readonly installHint?: string
  /** What the plugin is told about the cluster; absent: nothing. */
  readonly cluster?: ExecCluster
}

/** A cluster as a plugin is told about it. */
export interface ExecCluster {
  readonly server: string
  readonly tlsServerName?: string
  readonly insecureSkipTlsVerify?: boolean
  /** Base64 of PEM. */
  readonly certificateAuthorityData?: string
  readonly proxyUrl?: string
  readonly disableCompression?: boolean
  /** Of the cluster's extension `client.authentication.k8s.io/exec`. */
  readonly config?: Json
}
