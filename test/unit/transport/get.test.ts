import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { answers, getJson } from '../../../src/transport/get.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

/** A server that does as it is told, and where it is. */
async function serve(handler: RequestListener): Promise<Endpoint> {
  const started = createServer(handler)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const { port } = started.address() as AddressInfo
  const address = { secure: false, hostname: '127.0.0.1', port, prefix: '/p' }
  return { ...address, proxy: null, tls: {}, headers: { a: 'b' } }
}

const connections = () =>
  new Promise((resolve) => server?.getConnections((_, count) => resolve(count)))

const get = (endpoint: Endpoint, timeout = 2_000, signal?: AbortSignal) =>
  getJson(endpoint, { path: '/x?y=1', credential: {}, timeout, signal })

describe('getJson', () => {
  it('gives the document, and leaves no connection', async () => {
    const seen: unknown[] = []
    const endpoint = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers['a'])
      response.end('{"kind":"Pod"}')
    })
    expect(await get(endpoint)).toEqual({ kind: 'Pod' })
    expect(seen).toEqual(['GET', '/x?y=1', 'b'])
    await expect.poll(connections).toBe(0)
  })

  it.each([
    [302, { Location: '/elsewhere' }, '', 'redirects are not followed'],
    [404, {}, '{"kind":"Status","message":"pods \\"x\\" not found"}', 'pods "x" not found'],
    [500, {}, 'oops', 'oops'],
    [201, {}, '{}', '201'],
  ] as const)('%i is refused', async (code, headers, body, words) => {
    let requests = 0
    const endpoint = await serve((_request, response) => {
      requests += 1
      response.writeHead(code, headers).end(body)
    })
    await expect(get(endpoint)).rejects.toMatchObject({
      name: 'UpgradeError',
      code: 'ERR_REQUEST_REFUSED',
      httpStatus: code,
      message: expect.stringContaining(words),
    })
    expect(requests).toBe(1)
  })

  it('a server that switches protocols unasked', async () => {
    const endpoint = await serve(() => {})
    server?.on('connection', (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    })
    await expect(get(endpoint)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_FAILED',
      message: expect.stringContaining('there was no answer'),
    })
  })

  it('an answer that is not JSON', async () => {
    const endpoint = await serve((_request, response) => response.end('<html>'))
    await expect(get(endpoint)).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'ERR_CONNECTION_FAILED',
      message: expect.stringContaining('not JSON'),
    })
  })

  it('an answer without an end', async () => {
    const endpoint = await serve((_request, response) => {
      response.write('{')
      setImmediate(() => response.destroy())
    })
    await expect(get(endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_FAILED' })
  })

  it('an answer larger than any is not kept', async () => {
    const endpoint = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, ' '))) {}
        response.once('drain', more)
      }
      more()
    })
    await expect(get(endpoint, 20_000)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_FAILED',
      message: expect.stringContaining('over 33554432 bytes'),
    })
  })

  it('half a refusal in time is one', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(500)
      response.write('because')
    })
    await expect(get(endpoint, 500)).rejects.toMatchObject({
      httpStatus: 500,
      message: expect.stringContaining(': because'),
    })
  })

  it.each(['headers', 'body'])('no %s in time', async (what) => {
    const endpoint = await serve((_request, response) => {
      if (what === 'body') response.write('{')
    })
    await expect(get(endpoint, 50)).rejects.toMatchObject({
      code: 'ERR_HANDSHAKE_TIMEOUT',
      message: expect.stringContaining('within 50 ms'),
    })
  })

  it('an abort has its own reason', async () => {
    const controller = new AbortController()
    const endpoint = await serve(() => controller.abort('enough'))
    await expect(get(endpoint, 2_000, controller.signal)).rejects.toBe('enough')
    await expect(get(endpoint, 2_000, controller.signal)).rejects.toBe('enough')
  })

  it('nobody listens', async () => {
    const endpoint = await serve(() => {})
    server?.close()
    await expect(get(endpoint)).rejects.toMatchObject({ code: 'ERR_CONNECTION_REFUSED' })
  })
})

describe('answers', () => {
  const wanted = new AbortController().signal

  it.each([200, 401, 403, 500])('%i is one', async (code) => {
    const seen: unknown[] = []
    const endpoint = await serve((request, response) => {
      seen.push(request.url, request.headers['a'])
      response.writeHead(code).end()
    })
    expect(await answers(endpoint, wanted)).toBe(true)
    expect(seen).toEqual(['/p/version', undefined])
  })

  it('silence and nobody are none', async () => {
    const endpoint = await serve(() => {})
    expect(await answers(endpoint, AbortSignal.timeout(30))).toBe(false)
    server?.closeAllConnections()
    server?.close()
    expect(await answers(endpoint, wanted)).toBe(false)
  })

  it('is not waited for any longer than it is wanted, and leaves no connection', async () => {
    const unwanted = new AbortController()
    const endpoint = await serve(() => unwanted.abort())
    expect(await answers(endpoint, unwanted.signal)).toBe(false)
    await expect.poll(connections).toBe(0)
  })
})
