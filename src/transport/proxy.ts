import { isIPv6 } from 'node:net'
import { FieldError } from '../auth/field-error.ts'
import { redact } from '../auth/redact.ts'
import type { Target } from './target.ts'

export type ProxyProtocol = 'http' | 'https' | 'socks5'

/** A proxy; printing it does not show who we are there. */
export interface ProxyServer extends Target {
  readonly protocol: ProxyProtocol
  readonly credentials: ProxyCredentials | null
  /** What names it, as errors have it: `proxy-url`, or a variable of the environment. */
  readonly origin: string
}

export interface ProxyCredentials {
  readonly username: string
  readonly password: string
}

const proxyUrl =
  /^(https?|socks5h?):\/\/(?:([^/?#]*)@)?(\[[^\]]*\]|[^:/?#@[\]]*)(?::([0-9]*))?(?:[/?#].*)?$/i
const defaultPorts = { http: 80, https: 443, socks5: 1080 }

/**
 * Takes a proxy's URL apart without `URL`, which repairs what it should refuse. `socks5` leaves names to the proxy
 * anyway, which is all that `socks5h` adds.
 * @param origin what errors call the URL
 * @throws {RangeError} not the URL of a proxy; the message never shows it, since it may hold a password
 */
export function parseProxy(url: string, origin: string): ProxyServer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\s\u0000-\u001f\u007f]/.test(url)) {
    throw new FieldError(
      origin,
      'holds spaces or control characters, to be written as %20 and such',
    )
  }
  const [, scheme, userinfo, host = '', portText] = proxyUrl.exec(url) ?? []
  if (scheme === undefined) {
    throw new FieldError(origin, 'must look like http://host:port, https://… or socks5://…')
  }
  const protocol = scheme.toLowerCase().replace(/h$/, '') as ProxyProtocol
  const port = portText ? Number(portText) : defaultPorts[protocol]
  if (port < 1 || port > 65535) {
    throw new FieldError(origin, 'has a port that is not between 1 and 65535')
  }
  const credentials = userinfo === undefined ? null : parseCredentials(userinfo, protocol, origin)
  const proxy = { protocol, hostname: hostnameOf(host, origin), port, credentials, origin }
  return redact(proxy, ['credentials'])
}

function hostnameOf(host: string, origin: string): string {
  const address = host.startsWith('[') ? host.slice(1, -1) : ''
  if (isIPv6(address) && !address.includes('%')) return address
  if (/^[A-Za-z0-9._-]+$/.test(host)) return host
  throw new FieldError(origin, 'names a host that is neither a DNS name nor an IP address')
}

function parseCredentials(
  userinfo: string,
  protocol: ProxyProtocol,
  origin: string,
): ProxyCredentials {
  const [name = '', ...rest] = userinfo.split(':')
  const credentials = {
    username: decode(name, origin),
    password: decode(rest.join(':'), origin),
  }
  // RFC 1929 has one byte for the length of each.
  const tooLong = Object.values(credentials).some((text) => Buffer.byteLength(text) > 255)
  if (protocol === 'socks5' && (tooLong || credentials.username === '')) {
    throw new FieldError(origin, 'has no user name, or one or a password of over 255 bytes')
  }
  return credentials
}

function decode(text: string, origin: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new FieldError(origin, 'has a user or password with a % that must be written as %25')
  }
}
