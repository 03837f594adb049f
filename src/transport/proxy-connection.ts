import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Credential } from '../auth/credential.ts'
import type { Endpoint } from './endpoint.ts'
import { serverTls } from './endpoint.ts'
import type { ProxyServer } from './proxy.ts'
import { openTunnel } from './proxy-tunnel.ts'
import { tlsOptions } from './tls.ts'

/** The option of `http.request` of that name, which `ws` hands on. What it makes is given to `done`. */
export type CreateConnection = (
  options: unknown,
  done: (error: Error | null, connection: Duplex) => void,
) => undefined

/**
 * What makes a request go through the endpoint's proxy; nothing without one.
 * @param signal what aborts the request: a request cannot destroy a connection that it has not got
 */
export function proxyOptions(
  endpoint: Endpoint,
  credential: Credential,
  signal: AbortSignal,
): { readonly createConnection?: CreateConnection } {
  const { proxy } = endpoint
  if (proxy === null) return {}
  return {
    createConnection: (_options, done) => {
      connectThrough(proxy, endpoint, credential, signal).then(
        (connection) => done(null, connection),
        // The declarations want a connection even then.
        (error: Error) => (done as (error: Error) => void)(error),
      )
      return undefined
    },
  }
}

/** TLS with the server is left for the request to wait for, so that it fails as it would without a proxy. */
async function connectThrough(
  proxy: ProxyServer,
  endpoint: Endpoint,
  credential: Credential,
  signal: AbortSignal,
): Promise<Duplex> {
  const identity = endpoint.secure ? credential : {}
  // The cluster's TLS configuration is for an https proxy as well, client certificate included: so client-go has it.
  const proxyTls = tlsOptions(endpoint.tls, proxy.hostname, identity)
  const tunnel = await openTunnel(proxy, endpoint, proxyTls, signal)
  if (!endpoint.secure) return tunnel
  return connectTls({ ...serverTls(endpoint, identity), socket: tunnel })
}
