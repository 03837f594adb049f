import type { IncomingMessage } from 'node:http'

/** A request as the test server saw it; credentials are left out. */
export interface TestRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Those offered, in the client's order, without a bearer token. */
  readonly subprotocols: readonly string[]
  /** `null` as long as nobody was recognized. */
  readonly user: string | null
}

export const bearerProtocolPrefix = 'base64url.bearer.authorization.k8s.io.'

const limit = 1000
const secret = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'sec-websocket-key',
  'sec-websocket-protocol',
]

/** The last thousand requests, the oldest first. */
export class RequestLog {
  readonly requests: TestRequest[] = []

  add(request: TestRequest): void {
    this.requests.push(request)
    if (this.requests.length > limit) this.requests.shift()
  }
}

export function describeRequest(request: IncomingMessage, user: string | null): TestRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !secret.includes(name)) headers[name] = String(value)
  }
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    subprotocols: offeredSubprotocols(request).filter(
      (name) => !name.startsWith(bearerProtocolPrefix),
    ),
    user,
  }
}

/** The first header line only: the real servers do not look at a second one (wsstream/conn.go). */
export function offeredSubprotocols(request: IncomingMessage): readonly string[] {
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0)
  const line = names.findIndex((name) => name.toLowerCase() === 'sec-websocket-protocol')
  if (line === -1) return []
  const value = request.rawHeaders[line * 2 + 1] ?? ''
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
