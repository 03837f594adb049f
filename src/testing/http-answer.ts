import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Status } from '../protocol/index.ts'
import { encodeStatus } from './remote-command-status.ts'

/** An HTTP response that is known as a whole. */
export interface HttpAnswer {
  readonly code: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export function jsonAnswer(value: unknown, code = 200): HttpAnswer {
  return {
    code,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(`${JSON.stringify(value)}\n`),
  }
}

export function textAnswer(text: string, code = 200): HttpAnswer {
  return {
    code,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: Buffer.from(text),
  }
}

/** A code with neither headers nor body, as `x/net/websocket` refuses an upgrade. */
export function emptyAnswer(code: number): HttpAnswer {
  return { code, headers: {}, body: new Uint8Array(0) }
}

/** What the API server refuses with: `metav1.Status` as JSON. */
export function statusAnswer(
  code: number,
  reason: string,
  message: string,
  details?: Status['details'],
): HttpAnswer {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details !== undefined && { details }),
    code,
  }
  return {
    code,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.concat([encodeStatus(status), Buffer.from('\n')]),
  }
}

export function badRequest(message: string): HttpAnswer {
  return statusAnswer(400, 'BadRequest', message)
}

export function unauthorized(): HttpAnswer {
  return statusAnswer(401, 'Unauthorized', 'Unauthorized')
}

export function notFound(resource: string, name: string): HttpAnswer {
  const message = `${resource} ${JSON.stringify(name)} not found`
  return statusAnswer(404, 'NotFound', message, { name, kind: resource })
}

/** Answers an ordinary request. */
export function respond(response: ServerResponse, { code, headers, body }: HttpAnswer): void {
  response.writeHead(code, { ...headers, 'Content-Length': body.length })
  response.end(body)
}

/** Answers a request for an upgrade on its socket, and ends the connection. */
export function respondToUpgrade(socket: Duplex, { code, headers, body }: HttpAnswer): void {
  const lines = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body.length > 0 ? [`Content-Length: ${body.length}`] : []),
    'Connection: close',
    '\r\n',
  ]
  socket.end(Buffer.concat([Buffer.from(lines.join('\r\n')), body]))
}
