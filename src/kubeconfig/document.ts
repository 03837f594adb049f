import type { Json } from '../yaml/node.ts'

/** Where an entry stands, for errors and for the paths that are relative to its file. */
export interface Origin {
  /** As it was given; absent for text that came from no file. */
  readonly file: string | undefined
  /** Such as `users[0].user`. */
  readonly field: string
  /** The options that fields of it were replaced by. */
  readonly overridden?: readonly string[]
}

export interface KubeconfigCluster {
  readonly origin: Origin
  readonly server: string | undefined
  readonly certificateAuthority: string | undefined
  readonly certificateAuthorityData: Uint8Array | undefined
  readonly insecureSkipTlsVerify: boolean
  readonly tlsServerName: string | undefined
  readonly proxyUrl: string | undefined
  readonly disableCompression: boolean
  readonly extensions: ReadonlyMap<string, Json>
}

export interface KubeconfigExec {
  readonly apiVersion: string | undefined
  readonly command: string | undefined
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly installHint: string | undefined
  readonly interactiveMode: string | undefined
  readonly provideClusterInfo: boolean
}

export interface KubeconfigAuthProvider {
  readonly name: string
  readonly config: ReadonlyMap<string, string>
}

/** Printing it shows no secret. */
export interface KubeconfigUser {
  readonly origin: Origin
  readonly token: string | undefined
  readonly tokenFile: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly clientCertificate: string | undefined
  readonly clientCertificateData: Uint8Array | undefined
  readonly clientKey: string | undefined
  readonly clientKeyData: Uint8Array | undefined
  readonly as: string | undefined
  readonly asUid: string | undefined
  readonly asGroups: readonly string[]
  readonly asUserExtra: ReadonlyMap<string, readonly string[]>
  readonly exec: KubeconfigExec | undefined
  readonly authProvider: KubeconfigAuthProvider | undefined
}

export interface KubeconfigContext {
  readonly origin: Origin
  readonly cluster: string
  readonly user: string
  readonly namespace: string | undefined
}

/** A kubeconfig with its types checked and nothing else; the names are its own, `""` included. */
export interface KubeconfigDocument {
  /** The file it came from; of merged ones the one that sets `currentContext`. */
  readonly file: string | undefined
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>
  readonly users: ReadonlyMap<string, KubeconfigUser>
  readonly contexts: ReadonlyMap<string, KubeconfigContext>
}
