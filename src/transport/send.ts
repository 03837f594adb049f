import type { IncomingMessage } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Credential } from '../auth/credential.ts'
import type { Endpoint } from './endpoint.ts'
import { requestOptions } from './endpoint.ts'
import { proxyOptions } from './proxy-connection.ts'
import { keepConnection } from './spare-connection.ts'
import { forgetSession, keepSession } from './tls-session.ts'

export interface Request {
  /** @default 'GET' */
  readonly method?: string
  /** Path and query. */
  readonly path: string
  readonly accept?: string | undefined
  readonly credential: Credential
  readonly body?: string | undefined
  /** Whether a session may go over the connection next. @default false */
  readonly keep?: boolean | undefined
  /** Ends the request, and the answer's body with it. */
  readonly signal: AbortSignal
  /** Called when the request is on its way: there is a connection, and TLS on it. */
  readonly onSent?: (() => void) | undefined
}

/** One request on a new connection; its answer as soon as there are headers, whatever they say. */
export function send(endpoint: Endpoint, request: Request): Promise<IncomingMessage> {
  const { secure, hostname, port } = endpoint
  const { method = 'GET', path, accept, credential, body, keep, signal, onSent } = request
  const { headers, ...tls } = requestOptions(endpoint, credential)
  const { secureContext } = tls
  const direct = endpoint.proxy === null
  const agent =
    keep === true && direct && tls.secureContext !== undefined && keepConnection(endpoint, tls)
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)({
      // An agent would make the connection itself.
      ...(direct && { agent }),
      ...tls,
      ...(agent !== false && { checkServerIdentity: undefined }),
      headers: accept === undefined ? headers : { ...headers, Accept: accept },
      ...proxyOptions(endpoint, credential, signal),
      hostname,
      port,
      method,
      path,
      signal,
    })
    sent.once('response', resolve)
    sent.on('error', reject)
    // Node has nothing else to say of a server that switches protocols unasked.
    sent.once('close', () => reject(new Error('there was no answer')))
    if (secureContext !== undefined) {
      sent.once('response', ({ socket }) => keepSession(secureContext, endpoint, socket))
      sent.once('error', () => forgetSession(secureContext))
    }
    if (onSent) sent.once('finish', onSent)
    sent.end(body)
  })
}
