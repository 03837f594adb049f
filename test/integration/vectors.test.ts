import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Subprotocol } from '../../src/index.ts'
import { connect, UpgradeError } from '../../src/index.ts'
import { rowsOf } from '../vectors/vectors.ts'

interface Answer {
  readonly offered: Subprotocol
  readonly fallback: Subprotocol | null
  readonly httpStatus: number
  readonly subprotocol: string | null
  readonly body: string
}

/** Answers every handshake the same, and notes what was offered. */
async function serve({ httpStatus, subprotocol, body }: Answer) {
  const offers: string[] = []
  const success = Buffer.from('\u0003{"status":"Success"}')
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => subprotocol ?? false,
  })
  const server = createServer()
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    offers.push(String(request.headers['sec-websocket-protocol']))
    if (httpStatus !== 101) {
      const lines = [`HTTP/1.1 ${httpStatus} x`, `content-length: ${Buffer.byteLength(body)}`]
      stream.end(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.send(success)
      socket.close(1000)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, offers, close: () => server.close() }
}

/** What the client made of it, in the words of the vectors. */
async function reactionTo(answer: Answer): Promise<object> {
  const server = await serve(answer)
  const cluster = await connect({ server: server.url, allowInsecureHttp: true })
  // Which of the two is offered first, and whether there is another one, follows from what the session needs.
  const wants = answer.offered === 'v5.channel.k8s.io' ? { stdin: true } : {}
  const chosen = answer.fallback === null ? { subprotocol: answer.offered } : {}
  const process = cluster.pod('web-0').spawn(['true'], { ...wants, ...chosen })
  const error: unknown = await process.then(
    (remote) => remote.exit.then(() => null),
    (reason) => reason,
  )
  server.close()
  expect(server.offers[0]).toBe(answer.offered)
  if (server.offers.length > 1) return { retry: server.offers[1] }
  if (error === null) return { open: answer.offered }
  if (!(error instanceof UpgradeError)) throw error
  if (error.httpStatus === 101) return { broken: true }
  const text = error.status?.message ?? (error.message.includes(answer.body.trim()) && answer.body)
  return { refused: error.httpStatus, message: String(text || '').replace(/\n$/, '') }
}

it.each(rowsOf('answer'))('%s: %s', async (_id, _title, { input, expected }) => {
  expect(await reactionTo(input as unknown as Answer)).toEqual(expected)
})
