import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { send } from '../../../src/transport/send.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

async function serve(handler: RequestListener): Promise<Endpoint> {
  const started = createServer(handler)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  const { port } = started.address() as AddressInfo
  const address = { secure: false, hostname: '127.0.0.1', port, prefix: '' }
  return { ...address, proxy: null, tls: {}, headers: { a: ['1', '2'] } }
}

const { signal } = new AbortController()

describe('send', () => {
  it('sends what the endpoint sends with everything, and keeps credentials from plain http', async () => {
    const endpoint = await serve(({ method, url, rawHeaders }, response) => {
      response.end([method, url, ...rawHeaders].join(' '))
    })
    const credential = { headers: { Authorization: 'Bearer secret' } }
    const response = await send(endpoint, { path: '/x?y=1', credential, signal })
    const sent = (await response.toArray()).join('')
    expect(sent).toMatch(/^GET \/x\?y=1 /)
    expect(sent).toContain('a 1 a 2')
    expect(sent).not.toContain('secret')
  })

  it('sends a method and a body', async () => {
    const endpoint = await serve((request, response) => {
      response.write(`${request.method} `)
      request.pipe(response)
    })
    const request = { method: 'POST', path: '/', credential: {}, body: 'grant=x', signal }
    const response = await send(endpoint, request)
    expect((await response.toArray()).join('')).toBe('POST grant=x')
  })

  it('gives any answer as it is', async () => {
    const endpoint = await serve((_request, response) => response.writeHead(307).end())
    const response = await send(endpoint, { path: '/', credential: {}, signal })
    expect(response.statusCode).toBe(307)
  })

  it('an abort ends the answer too', async () => {
    const endpoint = await serve((_request, response) => response.write('begun'))
    const controller = new AbortController()
    const request = { path: '/', credential: {}, signal: controller.signal }
    const response = await send(endpoint, request)
    controller.abort()
    await expect(response.toArray()).rejects.toThrow()
  })
})
