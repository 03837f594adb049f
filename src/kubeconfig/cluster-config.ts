import type { Auth } from '../auth/credential.ts'

/** PEM text or bytes. */
export type Pem = string | Uint8Array

export interface TlsConfig {
  /** The only certificates trusted, one or several; absent: those that Node trusts. */
  readonly ca?: Pem
  /** The client's certificate, its chain behind it. */
  readonly cert?: Pem
  readonly key?: Pem
  /** The name to verify instead of the server's host; also sent as SNI. */
  readonly serverName?: string
  /** @default false */
  readonly insecureSkipVerify?: boolean
}

export interface Impersonation {
  readonly user: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** A cluster and how to talk to it: what a kubeconfig comes down to, or what a caller gives as a literal. */
export interface ClusterConfig {
  /** `https://host[:port][/prefix]` */
  readonly server: string
  /** @default 'default' */
  readonly namespace?: string
  readonly tls?: TlsConfig
  readonly auth?: Auth
  readonly proxyUrl?: string
  readonly impersonate?: Impersonation
}
