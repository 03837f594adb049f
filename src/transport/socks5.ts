import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { ProxyCredentials, ProxyServer } from './proxy.ts'
import type { Parsed } from './proxy-answer.ts'
import { readAnswer } from './proxy-answer.ts'
import { ProxyFailure } from './proxy-failure.ts'
import type { Target } from './target.ts'
import { addressOf } from './target.ts'

const withoutAuthentication = 0
const byPassword = 2
const noneAcceptable = 0xff

/** RFC 1928, section 6. */
const replies = [
  'succeeded',
  'general failure',
  'its rules do not allow it',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'address type not supported',
]

/**
 * Asks a SOCKS5 proxy for a connection (RFC 1928, RFC 1929); names are left for the proxy to resolve.
 * @throws {ProxyFailure} it refuses, or answers with something else
 */
export async function requestSocks5(
  socket: Socket,
  target: Target,
  { credentials, origin }: Pick<ProxyServer, 'credentials' | 'origin'>,
): Promise<void> {
  const destination = encodeTarget(target)
  const offered =
    credentials === null ? [withoutAuthentication] : [withoutAuthentication, byPassword]
  socket.write(Buffer.of(5, offered.length, ...offered))
  const method = await readAnswer(socket, (bytes) => parseMethod(bytes, origin))
  if (method === noneAcceptable) {
    throw new ProxyFailure(
      credentials === null
        ? `wants a user and a password, or another way of authentication; set both in ${origin}`
        : 'wants another way of authentication than by user and password',
    )
  }
  if (!offered.includes(method)) {
    throw new ProxyFailure('chose a way of authentication that was not offered')
  }
  if (method === byPassword && credentials !== null) {
    socket.write(encodeCredentials(credentials))
    if ((await readAnswer(socket, parseVerdict)) !== 0) {
      throw new ProxyFailure(`does not accept the user and password; check ${origin}`)
    }
  }
  socket.write(Buffer.concat([Buffer.of(5, 1, 0), destination]))
  const reply = await readAnswer(socket, parseReply)
  if (reply !== 0) {
    const words = replies[reply] ?? 'unknown reason'
    throw new ProxyFailure(`refused the connection to ${addressOf(target)}: ${words} (${reply})`)
  }
}

/** The method that the proxy chose. */
export function parseMethod(bytes: Buffer, origin: string): Parsed<number> | null {
  const [version, method] = bytes
  if (version !== undefined && version !== 5) {
    const hint = version === 0x48 ? `it speaks HTTP: write http:// in ${origin}` : `check ${origin}`
    throw new ProxyFailure(`does not answer as a SOCKS5 proxy does; ${hint}`)
  }
  return method === undefined ? null : { value: method, length: 2 }
}

/** Zero: user and password are right. */
export function parseVerdict(bytes: Buffer): Parsed<number> | null {
  const [version, verdict] = bytes
  if (version !== undefined && version !== 1) throw garbled()
  return verdict === undefined ? null : { value: verdict, length: 2 }
}

/** The number of a reply; the address behind it, which is the proxy's own, means nothing to us. */
export function parseReply(bytes: Buffer): Parsed<number> | null {
  const [version, reply, , addressType, nameLength] = bytes
  if (version !== undefined && version !== 5) throw garbled()
  if (reply === undefined) return null
  // Some proxies end a refusal here.
  if (reply !== 0) return { value: reply, length: bytes.length }
  if (addressType === undefined || nameLength === undefined) return null
  const length = 6 + addressLength(addressType, nameLength)
  return bytes.length < length ? null : { value: reply, length }
}

function addressLength(type: number, nameLength: number): number {
  switch (type) {
    case 1:
      return 4
    case 3:
      return 1 + nameLength
    case 4:
      return 16
    default:
      throw garbled()
  }
}

function garbled(): ProxyFailure {
  return new ProxyFailure('answered with what is not SOCKS5')
}

function encodeCredentials({ username, password }: ProxyCredentials): Buffer {
  const [name, word] = [Buffer.from(username), Buffer.from(password)]
  return Buffer.concat([Buffer.of(1, name.length), name, Buffer.of(word.length), word])
}

/** Address type, address and port of a request. */
export function encodeTarget({ hostname, port }: Target): Buffer {
  return Buffer.concat([encodeHost(hostname), Buffer.of(port >> 8, port & 0xff)])
}

function encodeHost(hostname: string): Buffer {
  switch (isIP(hostname)) {
    case 4:
      return Buffer.of(1, ...hostname.split('.').map(Number))
    case 6:
      return Buffer.concat([Buffer.of(4), ipv6Bytes(hostname)])
    default: {
      const name = Buffer.from(hostname)
      if (name.length > 255) throw new ProxyFailure('cannot be told a host name of over 255 bytes')
      return Buffer.concat([Buffer.of(3, name.length), name])
    }
  }
}

function ipv6Bytes(address: string): Buffer {
  // In the URL's form there is no dotted quad at the end.
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [head, tail] = [groups(left), groups(right ?? '')]
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  const hex = [...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join('')
  return Buffer.from(hex, 'hex')
}
