import { resolve } from 'node:path'
import type { Impersonation } from '../auth/impersonation.ts'
import { knownKeys } from '../option.ts'
import { parseProxyUrl } from './proxy-url.ts'
import { parseServer } from './server.ts'

/** Replaces what the kubeconfig or the pod says, as kubectl's flags do. */
export interface Overrides {
  /** Drops the cluster's `tls-server-name`, which belongs to the server replaced. */
  readonly server?: string
  /** Replaces every other way the user authenticates by header; a client certificate stays. */
  readonly token?: string
  readonly tlsServerName?: string
  /** Path of a PEM file; drops the cluster's own authority, and that its certificate is not to be checked. */
  readonly certificateAuthority?: string
  /** Path of a PEM file; drops the user's own certificate. */
  readonly clientCertificate?: string
  /** Path of a PEM file; drops the user's own key. */
  readonly clientKey?: string
  /** Drops the cluster's certificate authority. */
  readonly insecureSkipTlsVerify?: boolean
  readonly proxyUrl?: string
  readonly impersonate?: Impersonation
}

export interface LoadOptions {
  /** The path of the only kubeconfig to read; absent: `KUBECONFIG`, then `~/.kube/config`, then the pod's service account. */
  readonly kubeconfig?: string
  /** @default the kubeconfig's `current-context` */
  readonly context?: string
  /** @default the context's */
  readonly cluster?: string
  /** @default the context's */
  readonly user?: string
  /** @default the context's, then the pod's own, then `default` */
  readonly namespace?: string
  readonly overrides?: Overrides
}

const NAMES = ['kubeconfig', 'context', 'cluster', 'user', 'namespace'] as const
/** Those that are paths, from the working directory. */
const FILES = ['certificateAuthority', 'clientCertificate', 'clientKey'] as const
const OVERRIDES = ['server', 'token', 'tlsServerName', 'proxyUrl', ...FILES] as const

/** An empty string is as good as absent, as an empty flag is to kubectl. */
export function checkLoadOptions(options: LoadOptions, cwd: string): LoadOptions {
  const picked = pick(validOverrides(options.overrides), OVERRIDES, 'overrides.')
  const paths = FILES.flatMap((name) => (picked[name] ? [[name, resolve(cwd, picked[name])]] : []))
  const overrides: Overrides = { ...picked, ...Object.fromEntries(paths) }
  if (overrides.server) parseServer(overrides.server, 'overrides.server')
  if (overrides.proxyUrl) parseProxyUrl(overrides.proxyUrl, 'overrides.proxyUrl')
  return { ...pick(options, NAMES, ''), overrides }
}

const overrideKeys = [...OVERRIDES, 'insecureSkipTlsVerify', 'impersonate']

/** One that is misspelt would leave the command to the kubeconfig's own cluster. */
function validOverrides(overrides: Overrides = {}): Overrides {
  knownKeys('overrides', overrides, overrideKeys)
  return overrides
}

function pick<T extends object>(options: T, names: readonly (keyof T)[], prefix: string): T {
  const copy = { ...options }
  for (const name of names) {
    const value = copy[name]
    if (value === '') delete copy[name]
    else if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`${prefix}${String(name)} must be a string`)
    }
  }
  return copy
}
