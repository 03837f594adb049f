import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Subprotocol } from '../protocol/index.ts'
import { ChannelConnection, ServerWebSocket } from './channel-connection.ts'

/** A request for an upgrade with its socket, as Node hands it out. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex & { destroySoon(): void }
  readonly head: Buffer
  /** Resets the TCP connection below TLS. */
  readonly reset: () => void
}

/** The server's read limit: a longer message cuts the connection (x/net/websocket). */
const maxMessage = 32 * 1024 * 1024

/**
 * Answers 101 and gives the connection; `null` when the request is not a WebSocket handshake, which is answered.
 * @param answered the subprotocol named in the answer, other than the one spoken only for a fault; `null`: no header
 */
export function acceptUpgrade(
  { request, socket, head, reset }: Upgrade,
  subprotocol: Subprotocol | '',
  answered: string | null,
): ChannelConnection | null {
  // The choice has been made, with other rules than those of `ws`.
  delete request.headers['sec-websocket-protocol']
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    autoPong: false,
    maxPayload: maxMessage,
    WebSocket: ServerWebSocket,
  })
  server.on('headers', (headers) => {
    // Empty when none was offered: x/net/websocket prints the header all the same.
    if (answered !== null) headers.push(`Sec-WebSocket-Protocol: ${answered}`)
  })
  let connection: ChannelConnection | null = null
  server.handleUpgrade(request, socket, head, (webSocket) => {
    connection = new ChannelConnection(webSocket, socket, subprotocol, reset)
  })
  return connection
}
