import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestServer } from '../../../src/testing/index.ts'
import { createTestServer } from '../../../src/testing/index.ts'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import { getStream } from '../../../src/transport/get-stream.ts'

let server: TestServer
let endpoint: Endpoint
beforeAll(async () => {
  server = await createTestServer({
    pods: [{ name: 'web-0', containers: [{ name: 'app', logs: 'hello\n' }] }],
  })
  endpoint = endpointOf({ server: server.url, tls: { ca: server.ca } }, false)
})
beforeEach(() => server.setFault(null))
afterAll(() => server.close())

const path = '/api/v1/namespaces/default/pods/web-0/log'
const { signal } = new AbortController()
const options = () => ({
  path,
  credential: { headers: { Authorization: `Bearer ${server.token}` } },
  timeout: 5_000,
  signal,
})

describe('getStream', () => {
  it('hands over the answer as it comes', async () => {
    const response = await getStream(endpoint, options())
    expect((await response.toArray()).join('')).toBe('hello\n')
  })

  it('a server that has nothing to say yet is waited for', async () => {
    const follow = { ...options(), path: `${path}?follow=true&tailLines=0`, timeout: 1_000 }
    const started = performance.now()
    const answer = getStream(endpoint, follow)
    const passed = () => performance.now() - started
    await expect.poll(passed, { timeout: 5_000 }).toBeGreaterThan(1.5 * follow.timeout)
    server.appendLog('web-0', 'at last\n')
    const [chunk] = await once(await answer, 'data')
    expect(String(chunk)).toBe('at last\n')
    ;(await answer).destroy()
  })

  it('a refusal keeps the words of the server', async () => {
    const refused = getStream(endpoint, { ...options(), credential: {} })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_REQUEST_REFUSED', httpStatus: 403 })
  })

  it('a refusal that does not end is cut short', async () => {
    server.setFault({ kind: 'refuse', code: 503, body: 'x', headers: { 'Content-Length': '2' } })
    const refused = getStream(endpoint, { ...options(), timeout: 1_000 })
    await expect(refused).rejects.toMatchObject({ httpStatus: 503 })
  })

  it('a connection that does not come about in time', async () => {
    await using silent = createServer((socket) => socket.resume())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const nobody = endpointOf({ server: `https://127.0.0.1:${port}` }, false)
    await expect(getStream(nobody, { ...options(), timeout: 100 })).rejects.toMatchObject({
      code: 'ERR_HANDSHAKE_TIMEOUT',
    })
  })

  it('an abort ends it, before the answer and after', async () => {
    server.setFault({ kind: 'no-answer' })
    const early = new AbortController()
    const answer = getStream(endpoint, { ...options(), signal: early.signal })
    early.abort('enough')
    await expect(answer).rejects.toBe('enough')
    server.setFault(null)
    const late = new AbortController()
    const follow = { ...options(), path: `${path}?follow=true`, signal: late.signal }
    const response = await getStream(endpoint, follow)
    late.abort()
    await expect.poll(() => response.destroyed).toBe(true)
    await expect.poll(() => server.connections).toBe(0)
  })
})
