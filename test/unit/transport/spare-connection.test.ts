import { once } from 'node:events'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Credential } from '../../../src/auth/credential.ts'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import { dial } from '../../../src/transport/dial.ts'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import { getJson } from '../../../src/transport/get.ts'

const authority = createCertificateAuthority()
const alice = authority.issueClientCertificate('alice')
const bob = authority.issueClientCertificate('bob')

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** A server that notes its connections and what each has carried. */
async function serve(names: readonly string[] = ['127.0.0.1'], headers = {}) {
  const requests: { readonly what: string; readonly connection: number }[] = []
  const sockets: Socket[] = []
  const client = { ca: authority.cert, requestCert: true, rejectUnauthorized: false }
  server = createServer({ ...authority.issueServerCertificate({ names: [...names] }), ...client })
  const note = (what: string, socket: Socket) => {
    if (!sockets.includes(socket)) sockets.push(socket)
    requests.push({ what, connection: sockets.indexOf(socket) })
  }
  const webSockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    note('session', request.socket)
    webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.close(1000))
  })
  server.on('request', (request, response) => {
    note('get', request.socket)
    response.writeHead(200, headers).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tls = { ca: authority.cert }
  const endpoint = endpointOf({ server: `https://127.0.0.1:${port}`, tls }, false)
  return { endpoint, requests, sockets }
}

function get(endpoint: Endpoint, keep: boolean, credential: Credential = {}): Promise<unknown> {
  return getJson(endpoint, { path: '/pod', credential, keep, timeout: 5_000 })
}

async function open(endpoint: Endpoint, credential: Credential = {}): Promise<unknown> {
  const ended = new Deferred<unknown>()
  const path = '/exec'
  const subprotocol = 'v4.channel.k8s.io' as const
  const options = { path, subprotocol, credential, timeout: 5_000, signal: undefined }
  await dial(endpoint, { ...options, probe: async () => true }, () => {
    return { message: () => {}, pong: () => {}, end: ended.resolve }
  })
  return ended.promise
}

it('a session goes over the connection of the request in front of it, and the next does not', async () => {
  const { endpoint, requests } = await serve()
  await get(endpoint, true, alice)
  expect(await open(endpoint, alice)).toMatchObject({ code: 1000, cause: null })
  expect(await open(endpoint, alice)).toMatchObject({ code: 1000, cause: null })
  expect(requests).toEqual([
    { what: 'get', connection: 0 },
    { what: 'session', connection: 0 },
    { what: 'session', connection: 1 },
  ])
})

it.each([
  ['was not told to wait', false, alice, {}],
  ['has another client certificate', true, bob, {}],
  ['the server wants to close', true, alice, { Connection: 'close' }],
])('not over one that %s', async (_why, keep, credential, headers) => {
  const { endpoint, requests } = await serve(undefined, headers)
  await get(endpoint, keep, alice)
  await open(endpoint, credential)
  expect(requests.map(({ connection }) => connection)).toEqual([0, 1])
})

it('nor of another cluster with the same configuration', async () => {
  const { endpoint, requests } = await serve()
  await get(endpoint, true)
  await open({ ...endpoint })
  expect(requests.map(({ connection }) => connection)).toEqual([0, 1])
})

it('one that nothing goes over is closed', async () => {
  const { endpoint, sockets } = await serve()
  await get(endpoint, true)
  const [socket] = sockets
  if (socket?.destroyed === false) await once(socket, 'close')
  await open(endpoint)
  expect(sockets).toHaveLength(2)
})

it('whoever the server is not is not waited for', async () => {
  const { endpoint, requests } = await serve(['elsewhere.example.com'])
  await expect(get(endpoint, true)).rejects.toMatchObject({ code: 'ERR_TLS_NAME_MISMATCH' })
  await expect(open(endpoint)).rejects.toMatchObject({ code: 'ERR_TLS_NAME_MISMATCH' })
  expect(requests).toEqual([])
})
