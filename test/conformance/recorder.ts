import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { ConnectionEnd, Subprotocol } from '../../src/protocol/index.ts'
import { SessionDecoder } from '../../src/protocol/index.ts'
import type { Recording } from '../support/recording.ts'
import type { ConformanceServer, Generation } from './conformance-server.ts'

/** A session to record: what is asked for, and what the client sends right after the open. */
export interface RecordedSession {
  readonly name: string
  readonly generation: Generation
  readonly subprotocol: Subprotocol
  readonly query: readonly [string, string][]
  readonly send?: readonly Uint8Array[]
}

/** Runs a session with `ws` alone and writes down what came, byte for byte. */
export async function record(
  server: ConformanceServer,
  session: RecordedSession,
  recordedFrom: string,
): Promise<Recording> {
  const { generation, subprotocol } = session
  const query = new URLSearchParams([...session.query])
  const path = `/${generation}/api/v1/namespaces/default/pods/solo-0/exec?${query}`
  const url = `${server.url.replace('https', 'wss')}${path}`
  const webSocket = new WebSocket(url, [subprotocol], {
    ca: server.ca,
    headers: { Authorization: `Bearer ${server.tokens.admin}` },
    perMessageDeflate: false,
  })
  const messages: Recording['messages'][number][] = []
  webSocket.on('message', (data: Buffer, isBinary) => {
    messages.push(
      isBinary
        ? { hex: withoutIds(data.toString('latin1'), 'latin1').toString('hex') }
        : { text: data.toString() },
    )
  })
  webSocket.once('unexpected-response', (_request, response: IncomingMessage) => {
    webSocket.emit('error', new Error(`${session.name}: ${response.statusCode}`))
  })
  webSocket.once('open', () => {
    for (const message of session.send ?? []) webSocket.send(message)
  })
  const [code, reason] = (await once(webSocket, 'close')) as [number, Buffer]
  const close = { code, reason: reason.toString() }
  return {
    name: session.name,
    recordedFrom,
    subprotocol,
    messages,
    close,
    ...expected(session, messages, close),
  }
}

/** The runtime names each exec by a random id, which is no part of the protocol. */
function withoutIds(text: string, encoding: BufferEncoding): Buffer {
  return Buffer.from(text.replace(/[0-9a-f]{64}/g, '0'.repeat(64)), encoding)
}

/** What our own decoder makes of it; read by people before it is committed. */
function expected(
  { subprotocol }: RecordedSession,
  messages: Recording['messages'],
  close: ConnectionEnd,
): Pick<Recording, 'expected'> {
  const decoder = new SessionDecoder(subprotocol)
  const output = { 1: '', 2: '' }
  let outcome: Recording['expected']['outcome'] = null
  const take = (event: ReturnType<SessionDecoder['decode']>) => {
    if (event?.type === 'output') output[event.channel] += Buffer.from(event.payload).toString()
    if (event?.type === 'outcome') outcome = event.outcome
  }
  for (const message of messages) {
    take(decoder.decode('text' in message ? message.text : Buffer.from(message.hex, 'hex')))
  }
  take(decoder.end(close))
  return { expected: { stdout: output[1], stderr: output[2], outcome } }
}
