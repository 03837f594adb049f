import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import { getJson } from '../../../src/transport/get.ts'
import { proxyOptions } from '../../../src/transport/proxy-connection.ts'
import { testProxy } from '../../support/proxy.ts'

const server = createServer((request, response) => {
  response.end(JSON.stringify({ url: request.url, authorization: request.headers.authorization }))
})
let url: string
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const { signal } = new AbortController()
const credential = { headers: { Authorization: 'Bearer hunter2' } }
const get = { path: '/version', credential, timeout: 2_000 }

test('without a proxy there is nothing to say', () => {
  expect(proxyOptions(endpointOf({ server: url }, false), {}, signal)).toEqual({})
})

test.each(['http', 'socks5'] as const)('an http server behind an %s proxy', async (protocol) => {
  await using proxy = await testProxy({ protocol, user: { name: 'u', password: 'p' } })
  const endpoint = endpointOf({ server: url, proxyUrl: proxy.url }, false)
  expect(await getJson(endpoint, get)).toEqual({ url: '/version' })
  expect(proxy.targets).toEqual([url.slice('http://'.length)])
  await expect.poll(() => proxy.connections).toBe(0)
})

test('an http server has no TLS configuration, and so its https proxy has none', async () => {
  const authority = createCertificateAuthority()
  const tls = authority.issueServerCertificate({ names: ['127.0.0.1'] })
  await using proxy = await testProxy({ protocol: 'https', tls })
  const config = { server: url, proxyUrl: proxy.url, tls: { ca: authority.cert } }
  await expect(getJson(endpointOf(config, false), get)).rejects.toMatchObject({
    code: 'ERR_PROXY',
    message: expect.stringContaining('is not signed by a trusted authority'),
  })
})

test('certificates that OpenSSL does not take are an error of the request', async () => {
  await using proxy = await testProxy()
  const endpoint = endpointOf({ server: 'https://api.example', proxyUrl: proxy.url }, false)
  const { createConnection } = proxyOptions(endpoint, { cert: 'x', key: 'y' }, signal)
  const error = await new Promise((resolve) => createConnection?.({}, resolve))
  expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_OSSL_/) })
  expect(proxy.targets).toEqual([])
})
