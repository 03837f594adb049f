import type { IncomingMessage } from 'node:http'
import type { SecureContext, TLSSocket } from 'node:tls'
import type { ClientOptions } from 'ws'
import { WebSocket } from 'ws'
import type { Credential } from '../auth/credential.ts'
import { UpgradeError } from '../errors.ts'
import type { Subprotocol } from '../protocol/index.ts'
import { onAbort } from './abort-listener.ts'
import { connectionError, handshakeTimeout } from './connection-error.ts'
import { Deferred } from './deferred.ts'
import type { Endpoint } from './endpoint.ts'
import { hostOf, nameOf, requestOptions } from './endpoint.ts'
import { proxyOptions } from './proxy-connection.ts'
import { readRefusal } from './refusal.ts'
import type { Probe, Socket, SocketEvents } from './socket.ts'
import { spareConnection } from './spare-connection.ts'
import { forgetSession, keepSession } from './tls-session.ts'
import { closeGrace, OpenSocket } from './web-socket.ts'

/**
 * The largest message taken from a server, in bytes. Real ones are at most 32 KiB; no bound is promised, but a server
 * reads no more than 32 MiB itself, which base64 makes a third larger.
 */
const maxMessage = 48 * 1024 * 1024

export interface DialOptions {
  /** Path and query. */
  readonly path: string
  readonly subprotocol: Subprotocol
  readonly credential: Credential
  /** Milliseconds for TCP, TLS, the upgrade and the words of a refusal together. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly probe: Probe
}

/**
 * Opens one WebSocket.
 *
 * `accept` is called before the event loop turns, because messages may share a segment with the server's 101; what it
 * returns gets them.
 * @throws {ConnectionError} no connection, no TLS, no answer in time
 * @throws {UpgradeError} the server refused, or answered with another subprotocol
 */
export function dial<Session extends SocketEvents>(
  endpoint: Endpoint,
  options: DialOptions,
  accept: (socket: Socket) => Session,
): Promise<Session> {
  const name = nameOf(endpoint)
  const opened = new Deferred<Session>()
  const cut = new AbortController()
  const { webSocket, secureContext } = openWebSocket(endpoint, options, cut.signal)
  let connection: TLSSocket
  const fail = (reason: unknown) => {
    opened.reject(reason)
    cut.abort()
    webSocket.terminate()
  }
  let refusal: IncomingMessage | null = null
  const timer = setTimeout(() => {
    // What the server has said so far is worth more than that it did not come to an end.
    if (refusal === null) fail(handshakeTimeout(name, options.timeout))
    else refusal.destroy()
  }, options.timeout)
  const { signal } = options
  const ignoreAbort = signal && onAbort(signal, () => fail(signal.reason))

  const onUpgrade = (response: IncomingMessage) => {
    // `ws` would abort with a message of its own.
    const answer = response.headers['sec-websocket-protocol']
    if (answer !== options.subprotocol) fail(wrongSubprotocol(options.subprotocol, answer))
    connection = response.socket as TLSSocket
  }
  const onOpen = () => {
    if (secureContext !== undefined) keepSession(secureContext, endpoint, connection)
    const socket = new OpenSocket(webSocket, connection, options.subprotocol, options.probe)
    const session = accept(socket)
    socket.listen(session)
    opened.resolve(session)
  }
  const onRefusal = (_request: unknown, response: IncomingMessage) => {
    refusal = response
    readRefusal(response, options.subprotocol).then(fail, fail)
  }
  webSocket.once('upgrade', onUpgrade)
  webSocket.once('open', onOpen)
  webSocket.once('unexpected-response', onRefusal)
  // Kept for good: cutting a handshake short makes `ws` emit an error of its own after ours.
  webSocket.on('error', (error) => {
    if (secureContext !== undefined) forgetSession(secureContext)
    // A refusal is read as far as it came.
    if (refusal === null) opened.reject(connectionError(name, error))
  })

  return opened.promise.finally(() => {
    clearTimeout(timer)
    ignoreAbort?.()
  })
}

function openWebSocket(
  endpoint: Endpoint,
  options: DialOptions,
  signal: AbortSignal,
): { readonly webSocket: WebSocket; readonly secureContext: SecureContext | undefined } {
  const url = `${endpoint.secure ? 'wss' : 'ws'}://${hostOf(endpoint)}${options.path}`
  try {
    const request = requestOptions(endpoint, options.credential)
    const { secureContext } = request
    const webSocketOptions = {
      ...request,
      agent: spareConnection(endpoint, secureContext),
      ...proxyOptions(endpoint, options.credential, signal),
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: maxMessage,
      // `ws` takes many at once for a flood and cuts the connection; `OpenSocket` answers them.
      autoPong: false,
      closeTimeout: closeGrace,
    }
    // The declarations of `ws` know neither header lists nor `closeTimeout`; both go where they should.
    const clientOptions = webSocketOptions as unknown as ClientOptions
    const webSocket = new WebSocket(url, [options.subprotocol], clientOptions)
    return { webSocket, secureContext }
  } catch (error) {
    // OpenSSL looks at certificates and keys before anything is sent.
    throw connectionError(nameOf(endpoint), error as Error)
  }
}

function wrongSubprotocol(offered: Subprotocol, answer: string | undefined): UpgradeError {
  return new UpgradeError(
    'ERR_SUBPROTOCOL',
    `the server accepted the upgrade with ${answer === undefined ? 'no subprotocol' : 'another subprotocol'} instead of ${offered}`,
    { httpStatus: 101 },
  )
}
