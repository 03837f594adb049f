import { isIPv4, isIPv6 } from 'node:net'
import { FieldError } from '../auth/field-error.ts'

/** A cluster's `server`, taken apart without `URL`, which repairs and rewrites what it should refuse. */
export interface ServerAddress {
  readonly protocol: 'https:' | 'http:'
  /** An IPv6 address is without its brackets. */
  readonly hostname: string
  readonly port: number
  /** The path in front of `/api`: empty, or with a leading and without a trailing slash. */
  readonly prefix: string
  /** `https://host[:port][/prefix]`, brackets included. */
  readonly href: string
}

const SERVER = /^(https?):\/\/(\[[^\]]*\]|[^/?#:@[\]]*)(?::([0-9]*))?(\/[^?#]*)?(?:[?#].*)?$/i
const HOSTNAME =
  /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.?$/
const PREFIX = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?=\/|$)/i

/**
 * Takes a server's address apart; query and fragment are dropped, as client-go does.
 *
 * @param field what to call it in an error
 * @throws {RangeError} not `http(s)://host[:port][/prefix]`; the message never shows the address, which may hold a password
 */
export function parseServer(server: string, field = 'server'): ServerAddress {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\s\u0000-\u001f\u007f]/.test(server)) {
    throw new FieldError(field, 'holds spaces or control characters')
  }
  const match = SERVER.exec(server)
  if (match === null) throw new FieldError(field, explain(server))
  const [, scheme = '', host = '', portText, path = ''] = match
  const protocol = scheme.toLowerCase() === 'https' ? 'https:' : 'http:'
  const hostname = hostnameOf(host, field)
  const port = portText ? Number(portText) : protocol === 'https:' ? 443 : 80
  if (port < 1 || port > 65535)
    throw new FieldError(field, 'has a port that is not between 1 and 65535')
  const prefix = prefixOf(path, field)
  const authority = host + (portText ? `:${port}` : '')
  return { protocol, hostname, port, prefix, href: `${protocol}//${authority}${prefix}` }
}

function explain(server: string): string {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/i.exec(server) ?? []
  if (scheme === undefined || !/^https?:/i.test(scheme)) return 'must start with https://'
  if (rest.includes('@')) return 'must not hold a user name or password'
  return 'must look like https://host[:port][/prefix]'
}

function hostnameOf(host: string, field: string): string {
  if (host.startsWith('[')) {
    const address = host.slice(1, -1)
    if (isIPv6(address) && !address.includes('%')) return address
    throw new FieldError(field, 'has brackets around what is not an IPv6 address')
  }
  if (host === '') throw new FieldError(field, 'names no host')
  // Resolvers read 127.1 and 0x7f.1 as 127.0.0.1, whatever the certificate check is told.
  const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$/i.test(host)
  if (!HOSTNAME.test(host) || (endsInNumber && !isIPv4(host))) {
    throw new FieldError(field, 'names a host that is neither a DNS name nor an IP address')
  }
  return host
}

/** client-go joins the prefix with path.Join, where `..` climbs out of it; refused here. */
function prefixOf(path: string, field: string): string {
  const prefix = path.replace(/\/{2,}/g, '/').replace(/\/$/, '')
  if (!PREFIX.test(prefix) || DOT_SEGMENT.test(prefix)) {
    throw new FieldError(
      field,
      'has a path with characters or dot segments that no prefix may have',
    )
  }
  return prefix
}
