import type { Credential } from '../auth/credential.ts'
import type { Impersonation } from '../auth/impersonation.ts'
import { impersonationHeaders } from '../auth/impersonation.ts'
import { AuthError } from '../errors.ts'
import type { ClusterConfig, TlsConfig } from '../kubeconfig/cluster-config.ts'
import { parseProxyUrl } from '../kubeconfig/proxy-url.ts'
import { parseServer } from '../kubeconfig/server.ts'
import { checkTls } from '../kubeconfig/tls.ts'
import { knownKeys, optionalBoolean } from '../option.ts'
import { version } from '../version.ts'
import type { ProxyServer } from './proxy.ts'
import { parseProxy } from './proxy.ts'
import type { Environment } from './proxy-environment.ts'
import { environmentProxy } from './proxy-environment.ts'
import type { Target } from './target.ts'
import { addressOf } from './target.ts'
import type { TlsOptions } from './tls.ts'
import { tlsOptions } from './tls.ts'
import { resumption } from './tls-session.ts'

/** Header values; an array is one header line each. */
export type Headers = Readonly<Record<string, string | string[]>>

/** Where the API server is and how its identity is checked. */
export interface Endpoint extends Target {
  readonly secure: boolean
  readonly proxy: ProxyServer | null
  /** The path below which the API is; no slash at its end. */
  readonly prefix: string
  readonly tls: TlsConfig
  /** Sent with every request, credentials apart. */
  readonly headers: Headers
}

/**
 * The endpoint that a configuration stands for.
 * @param env names proxies, for a configuration that does not
 * @throws {RangeError} `server` is not a URL of an API server, or a proxy's is not one of a proxy
 * @throws {AuthError} `ERR_CREDENTIALS_INSECURE`: credentials, and a server without TLS
 */
export function endpointOf(
  config: ClusterConfig,
  allowInsecureHttp: boolean,
  env: Environment = {},
): Endpoint {
  if (typeof config.server !== 'string') throw new TypeError('server must be a string')
  const { protocol, hostname, port, prefix } = parseServer(config.server)
  const secure = protocol === 'https:'
  if (!secure && !allowInsecureHttp && (config.auth !== undefined || config.tls?.cert)) {
    throw new AuthError(
      'ERR_CREDENTIALS_INSECURE',
      'the server is http:// and there are credentials for it, which anybody on the way could read; use https://, or allowInsecureHttp to go there without them',
    )
  }
  const headers = {
    'User-Agent': `podwire/${version}`,
    ...impersonationHeaders(validImpersonation(config.impersonate)),
  }
  const tls = secure ? checkTls(validTls(config.tls ?? {})) : {}
  const proxy = config.proxyUrl
    ? configuredProxy(config.proxyUrl)
    : environmentProxy({ secure, hostname, port }, env)
  return { secure, hostname, port, proxy, prefix, tls, headers }
}

/** For every server, be it this machine itself: so client-go has it for `proxy-url`. */
function configuredProxy(url: unknown): ProxyServer {
  if (typeof url !== 'string') throw new TypeError('proxyUrl must be a string')
  return parseProxy(parseProxyUrl(url), 'proxy-url of the cluster (proxyUrl)')
}

const impersonationKeys = ['user', 'uid', 'groups', 'extra']

/** An impersonation that is misspelt would run with all rights of whoever is logged in. */
function validImpersonation(impersonate: Impersonation | undefined): Impersonation | undefined {
  if (impersonate === undefined) return undefined
  knownKeys('impersonate', impersonate, impersonationKeys)
  const { user, groups = [] } = impersonate
  if (typeof user !== 'string') throw new TypeError('impersonate.user must be a string')
  if (user === '') throw new RangeError('impersonate.user must name a user')
  if (!Array.isArray(groups)) throw new TypeError('impersonate.groups must be an array')
  return impersonate
}

const tlsKeys = ['ca', 'caFile', 'cert', 'key', 'serverName', 'insecureSkipVerify']

/** A misspelt option of TLS would be one that is not there. */
function validTls(tls: TlsConfig): TlsConfig {
  knownKeys('tls', tls, tlsKeys)
  for (const key of ['ca', 'cert', 'key'] as const) {
    const pem: unknown = tls[key]
    if (pem !== undefined && typeof pem !== 'string' && !(pem instanceof Uint8Array)) {
      throw new TypeError(`tls.${key} must be PEM, as a string or a Uint8Array`)
    }
  }
  for (const key of ['caFile', 'serverName'] as const) {
    if (tls[key] !== undefined && typeof tls[key] !== 'string') {
      throw new TypeError(`tls.${key} must be a string`)
    }
  }
  optionalBoolean('tls.insecureSkipVerify', tls.insecureSkipVerify)
  return tls
}

/** Host and port as in a URL. */
export function hostOf(endpoint: Endpoint): string {
  return addressOf(endpoint)
}

/** What errors call it. */
export function nameOf(endpoint: Endpoint): string {
  const { proxy } = endpoint
  const address = addressOf(endpoint)
  return proxy === null ? address : `${address} (through the proxy ${addressOf(proxy)})`
}

/** For TLS with the server itself; the last session goes on. */
export function serverTls(endpoint: Endpoint, credential: Credential): TlsOptions {
  const options = tlsOptions(endpoint.tls, endpoint.hostname, credential)
  return { ...options, ...resumption(options.secureContext, endpoint) }
}

/** The options of a request, secrets included: they go to `ws` and `node:https`, and nowhere else. */
export type RequestOptions = (TlsOptions | { readonly secureContext?: never }) & {
  readonly headers: Record<string, string | string[]>
}

/** Headers and TLS options for one request; credentials go over TLS only, as client-go has it. */
export function requestOptions(endpoint: Endpoint, credential: Credential): RequestOptions {
  if (!endpoint.secure) return { headers: { ...endpoint.headers } }
  const headers = { ...endpoint.headers, ...credential.headers }
  return { headers, ...serverTls(endpoint, credential) }
}
