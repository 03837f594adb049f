import { ConnectionError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
import type { ProxyServer } from './proxy.ts'
import { addressOf } from './target.ts'

/** What a proxy did instead of its duty: the rest of a sentence that begins with the proxy. */
export class ProxyFailure extends Error {}

/** The typed error for a tunnel that did not come about. */
export function proxyError(proxy: ProxyServer, cause: Error): ConnectionError {
  const name = `the proxy ${addressOf(proxy)}`
  // Made of words of ours and of the proxy's: as a cause it would say nothing more.
  if (cause instanceof ProxyFailure) {
    return new ConnectionError('ERR_PROXY', `${name} ${cause.message}`)
  }
  return new ConnectionError('ERR_PROXY', explain(name, proxy.origin, cause), { cause })
}

function explain(name: string, origin: string, cause: Error): string {
  switch ('code' in cause ? cause.code : '') {
    case 'ECONNREFUSED':
      return `nothing listens at ${name}; check ${origin}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${name} cannot be resolved; check ${origin}`
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${name} does not speak TLS; write http:// in ${origin} if it is an HTTP proxy`
    default:
      // The cluster's TLS configuration is the one for an https proxy too, and so are its remedies.
      return connectionError(name, cause).message
  }
}
