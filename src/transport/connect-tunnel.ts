import type { Socket } from 'node:net'
import { printable } from '../protocol/printable.ts'
import { version } from '../version.ts'
import type { ProxyCredentials, ProxyServer } from './proxy.ts'
import type { Parsed } from './proxy-answer.ts'
import { readAnswer, readWords } from './proxy-answer.ts'
import { ProxyFailure } from './proxy-failure.ts'
import type { Target } from './target.ts'
import { addressOf } from './target.ts'

const maxHeader = 64 * 1024
/** Bytes of a refusal's body that are looked at, and milliseconds that it may take to come. */
const maxBody = 4096
const patience = 500
/** Characters of a status line, and of a refusal's text, that are quoted. */
const maxLine = 200
const maxText = 400

/** The head of an HTTP answer. */
export interface ConnectAnswer {
  readonly status: number
  readonly line: string
  /** The header's lines, as they came. */
  readonly header: string
}

/**
 * Asks an HTTP proxy for a connection (RFC 9110, section 9.3.6).
 * @throws {ProxyFailure} any answer but 200, which is what client-go takes
 */
export async function requestConnect(
  socket: Socket,
  target: Target,
  proxy: Pick<ProxyServer, 'credentials' | 'origin'>,
): Promise<void> {
  const address = addressOf(target)
  const token = proxy.credentials && basicToken(proxy.credentials)
  const lines = [
    `CONNECT ${address} HTTP/1.1`,
    `Host: ${address}`,
    `User-Agent: podwire/${version}`,
    // A user without a password too: so Go's transport; its WebSocket dialer would leave it out.
    ...(token === null ? [] : [`Proxy-Authorization: Basic ${token}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const answer = await readAnswer(socket, (bytes) => parseConnectAnswer(bytes, proxy.origin))
  if (answer.status === 200) return
  const body = await readWords(socket, bodyLength(answer.header), patience)
  // A page may show the request that it refuses.
  const quoted = [answer.line, visibleText(answer.header, body)]
    .map((text) => withoutSecrets(text, [proxy.credentials?.password, token]))
    .map((text, index) => short(text, index === 0 ? maxLine : maxText))
    .filter((text) => text !== '')
  const hint = hintFor(answer, proxy)
  throw new ProxyFailure(
    `refused the connection to ${address}: ${quoted.join(': ')}${hint && ` (${hint})`}`,
  )
}

/**
 * Reads the head of an HTTP answer from all that has come so far.
 * @throws {ProxyFailure} not HTTP, or too long
 */
export function parseConnectAnswer(bytes: Buffer, origin: string): Parsed<ConnectAnswer> | null {
  const text = bytes.toString('latin1', 0, maxHeader)
  if (!'HTTP/1.'.startsWith(text.slice(0, 7))) throw notHttp(bytes, origin)
  const end = /\n\r?\n/.exec(text)
  if (end === null) {
    if (bytes.length < maxHeader) return null
    throw new ProxyFailure(`sent a header of over ${maxHeader} bytes`)
  }
  const header = text.slice(0, end.index)
  const [line = ''] = header.split(/\r?\n/, 1)
  const [, status] = /^HTTP\/1\.[0-9] ([0-9]{3})(?: .*)?$/.exec(line.trimEnd()) ?? []
  if (status === undefined) throw notHttp(bytes, origin)
  const value = { status: Number(status), line: printable(line), header }
  return { value, length: end.index + end[0].length }
}

function bodyLength(header: string): number {
  const [, length = maxBody] = /^content-length: *([0-9]+)/im.exec(header) ?? []
  return Math.min(Number(length), maxBody)
}

function notHttp(bytes: Buffer, origin: string): ProxyFailure {
  // A TLS alert: what a TLS server has to say about a plain request.
  const hint = bytes[0] === 0x15 ? `it speaks TLS: write https:// in ${origin}` : `check ${origin}`
  return new ProxyFailure(`does not answer as an HTTP proxy does; ${hint}`)
}

function hintFor(
  { status, header }: ConnectAnswer,
  { credentials, origin }: Pick<ProxyServer, 'credentials' | 'origin'>,
): string {
  switch (status) {
    // tinyproxy's word for a wrong password is 401.
    case 401:
    case 407: {
      const schemes = /^proxy-authenticate:/im.test(header)
      if (schemes && !/^proxy-authenticate:.*\bbasic\b/im.test(header)) {
        return 'it wants another way of authentication than by user and password'
      }
      return `${credentials === null ? 'set' : 'check'} user and password in ${origin}`
    }
    case 403:
    case 405:
      return 'its rules do not allow that host or port'
    case 502:
    case 503:
    case 504:
      return 'it cannot reach the server'
    default:
      return ''
  }
}

/** The words of a refusal's page. A body in chunks is left out. */
function visibleText(header: string, body: Buffer): string {
  if (/^transfer-encoding:/im.test(header)) return ''
  const text = body
    .toString('utf8')
    .replace(/<(head|script|style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<!--[\s\S]*?-->|<[^<>]*>/g, ' ')
  return printable(text).replace(/ {2,}/g, ' ')
}

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}

function withoutSecrets(text: string, secrets: readonly (string | null | undefined)[]): string {
  let clean = text
  for (const secret of secrets) if (secret) clean = clean.replaceAll(secret, '[redacted]')
  return clean
}

function basicToken({ username, password }: ProxyCredentials): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}
