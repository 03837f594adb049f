import { once } from 'node:events'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Credential } from '../../../src/auth/credential.ts'
import type { TlsConfig } from '../../../src/kubeconfig/cluster-config.ts'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import { dial } from '../../../src/transport/dial.ts'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import { getJson } from '../../../src/transport/get.ts'
import { testProxy } from '../../support/proxy.ts'

const authority = createCertificateAuthority()
const certificate = authority.issueServerCertificate({ names: ['127.0.0.1'] })
const alice = authority.issueClientCertificate('alice')
const bob = authority.issueClientCertificate('bob')

interface Seen {
  readonly resumed: boolean
  readonly user: string | undefined
}

let servers: Server[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  servers = []
})

/** A server that notes of each connection whether it is a resumed one, and whose. */
async function serve(options: object = {}, port = 0) {
  const seen: Seen[] = []
  const client = { ca: authority.cert, requestCert: true, rejectUnauthorized: false }
  const server = createServer({ ...certificate, ...client, ...options })
  servers.push(server)
  const note = (socket: TLSSocket) => {
    const { subject } = socket.getPeerCertificate()
    seen.push({ resumed: socket.isSessionReused(), user: subject?.CN as string | undefined })
  }
  const webSockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    note(socket as TLSSocket)
    webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.close(1000))
  })
  server.on('request', (request, response) => {
    note(request.socket as TLSSocket)
    response.end('{}')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return { seen, server, port: address.port, url: `https://127.0.0.1:${address.port}` }
}

function endpointTo(url: string, tls: TlsConfig = { ca: authority.cert }, proxyUrl?: string) {
  return endpointOf({ server: url, tls, ...(proxyUrl !== undefined && { proxyUrl }) }, false)
}

/** One session, to its end. */
async function open(endpoint: Endpoint, credential: Credential = {}): Promise<void> {
  const ended = new Deferred<unknown>()
  await dial(
    endpoint,
    {
      path: '/exec',
      subprotocol: 'v4.channel.k8s.io',
      credential,
      timeout: 5_000,
      signal: undefined,
      probe: async () => true,
    },
    () => ({ message: () => {}, pong: () => {}, end: ended.resolve }),
  )
  await ended.promise
}

const resumed = (seen: readonly Seen[]) => seen.map((connection) => connection.resumed)

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', (version) => {
  it('the second connection goes on with the session of the first', async () => {
    const { url, seen } = await serve({ minVersion: version, maxVersion: version })
    const endpoint = endpointTo(url)
    for (let count = 0; count < 3; count += 1) await open(endpoint, alice)
    expect(seen).toEqual([
      { resumed: false, user: 'alice' },
      { resumed: true, user: 'alice' },
      { resumed: true, user: 'alice' },
    ])
  })

  it('a server that issues no tickets is asked in vain', async () => {
    const { constants } = await import('node:crypto')
    const secureOptions = constants.SSL_OP_NO_TICKET
    const { url, seen } = await serve({ minVersion: version, maxVersion: version, secureOptions })
    const endpoint = endpointTo(url)
    for (let count = 0; count < 2; count += 1) await open(endpoint)
    expect(resumed(seen)).toHaveLength(2)
  })
})

it('so do requests, through a proxy, too', async () => {
  await using proxy = await testProxy()
  const { url, seen } = await serve()
  const endpoint = endpointTo(url, undefined, proxy.url)
  const get = { path: '/version', credential: {}, timeout: 5_000 }
  await getJson(endpoint, get)
  await open(endpoint)
  await open(endpoint)
  await getJson(endpoint, get)
  expect(resumed(seen)).toEqual([false, true, true, true])
})

describe('a session is not for', () => {
  it('another client certificate', async () => {
    const { url, seen } = await serve()
    const endpoint = endpointTo(url)
    await open(endpoint, alice)
    await open(endpoint, bob)
    await open(endpoint, {})
    await open(endpoint, alice)
    expect(seen).toEqual([
      { resumed: false, user: 'alice' },
      { resumed: false, user: 'bob' },
      { resumed: false, user: undefined },
      { resumed: false, user: 'alice' },
    ])
  })

  it('another cluster with the same configuration', async () => {
    const { url, seen } = await serve()
    await open(endpointTo(url), alice)
    await open(endpointTo(url), alice)
    expect(resumed(seen)).toEqual([false, false])
  })

  it('another server, even one that could read it', async () => {
    const ticketKeys = Buffer.alloc(48, 7)
    const [one, two] = [await serve({ ticketKeys }), await serve({ ticketKeys })]
    const endpoint = endpointTo(one.url)
    await open(endpoint)
    await open({ ...endpoint, port: two.port })
    expect(resumed(two.seen)).toEqual([false])
  })

  it('other authorities', async () => {
    const { url, seen } = await serve()
    await open(endpointTo(url))
    const other = endpointTo(url, { ca: createCertificateAuthority().cert })
    await expect(open(other)).rejects.toMatchObject({
      name: 'ConnectionError',
      message: expect.stringContaining('not signed by'),
    })
    expect(seen).toHaveLength(1)
  })

  it('a server that was not verified before', async () => {
    const { url, seen } = await serve()
    await open(endpointTo(url, { insecureSkipVerify: true }))
    await open(endpointTo(url))
    expect(resumed(seen)).toEqual([false, false])
  })
})

it('a server that cannot read it any more is verified anew', async () => {
  const before = await serve()
  const endpoint = endpointTo(before.url)
  await open(endpoint)
  before.server.close()
  const after = await serve({}, before.port)
  await open(endpoint)
  expect(resumed(after.seen)).toEqual([false])
  after.server.close()
  const foreign = createCertificateAuthority().issueServerCertificate({ names: ['127.0.0.1'] })
  await serve(foreign, before.port)
  await expect(open(endpoint)).rejects.toMatchObject({ name: 'ConnectionError' })
})

it('after ten minutes the certificate is looked at again, however often it was resumed', async () => {
  const { url, seen } = await serve()
  const endpoint = endpointTo(url)
  vi.useFakeTimers({ toFake: ['Date'] })
  for (let count = 0; count < 4; count += 1) {
    await open(endpoint)
    vi.setSystemTime(Date.now() + 4 * 60_000)
  }
  expect(resumed(seen)).toEqual([false, true, true, false])
})
