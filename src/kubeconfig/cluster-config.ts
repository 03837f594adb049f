import type { Auth, Pem } from '../auth/credential.ts'
import type { Impersonation } from '../auth/impersonation.ts'

export type { Impersonation, Pem }

export interface TlsConfig {
  /** The only certificates trusted, one or several; absent: those that Node trusts. */
  readonly ca?: Pem
  /** A file of them, read again when it has changed; instead of `ca`, which is then what it held when it was loaded. */
  readonly caFile?: string
  /** The client's certificate, its chain behind it. */
  readonly cert?: Pem
  readonly key?: Pem
  /** The name to verify instead of the server's host; also sent as SNI. */
  readonly serverName?: string
  /** @default false */
  readonly insecureSkipVerify?: boolean
}

/** A cluster and how to talk to it: what a kubeconfig comes down to, or what a caller gives as a literal. */
export interface ClusterConfig {
  /** `https://host[:port][/prefix]` */
  readonly server: string
  /** @default 'default' */
  readonly namespace?: string
  readonly tls?: TlsConfig
  readonly auth?: Auth
  /**
   * `http://`, `https://` or `socks5://`, user and password percent-encoded; for every server, `localhost` included.
   * @default what `HTTPS_PROXY` and `NO_PROXY` say when `connect()` is called
   */
  readonly proxyUrl?: string
  readonly impersonate?: Impersonation
}

/** A `ClusterConfig` and where it came from; printing it shows no secret. */
export interface LoadedClusterConfig extends ClusterConfig {
  readonly namespace: string
  readonly source: 'kubeconfig' | 'in-cluster'
  /** The context's name; `null` when there is none, as in a pod. */
  readonly context: string | null
  /** There is neither a token, nor a password, nor a client certificate, as when the context's user does not exist. */
  readonly anonymous: boolean
  /** The kubeconfig files that were read, in order. */
  readonly files: readonly string[]
}
