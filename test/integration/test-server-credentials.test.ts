import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { connect, get, refused, run, script, v5 } from '../unit/testing/client.ts'

const pods = '/api/v1/namespaces/default/pods'

let server: TestServer

beforeAll(async () => {
  server = await createTestServer({
    users: [
      { name: 'reader', token: 'read', rules: [{ resources: ['pods/exec'], verbs: ['get'] }] },
      {
        name: 'creator',
        token: 'create',
        rules: [{ resources: ['pods/exec'], verbs: ['create'] }],
      },
      { name: 'basic', password: 'pass:word' },
      { name: 'listener', rules: [{ resources: ['pods'], verbs: ['list'] }] },
    ],
  })
})

afterAll(() => server.close())

function basic(pair: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

it('a wrong token is 401', async () => {
  const { code, body } = await refused(server, script('true'), { token: 'wrong' })
  expect(code).toBe(401)
  expect(body).toBe(
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}\n',
  )
})

it.each([
  [
    null,
    'pods "web-0" is forbidden: User "system:anonymous" cannot get resource "pods/exec" in API group "" in the namespace "default"',
  ],
  ['read', 'pods "web-0" is forbidden: '],
  [
    'create',
    'pods "web-0" is forbidden: User "creator" cannot get resource "pods/exec" in API group "" in the namespace "default"',
  ],
])('token %s is 403', async (token, message) => {
  const { code, body } = await refused(server, script('true'), { token })
  expect(code).toBe(403)
  expect(JSON.parse(body)).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Forbidden',
    details: { name: 'web-0', kind: 'pods' },
    code: 403,
  })
})

it('before 1.35 get alone is enough', async () => {
  const rules = [{ resources: ['pods/exec'], verbs: ['get'] }]
  await using older = await createTestServer({
    version: 'v1.34.1',
    users: [{ name: 'reader', token: 'read', rules }],
  })
  expect((await run(older, script('true'), { token: 'read' })).code).toBe(1000)
})

it('without anonymous access no credentials are 401', async () => {
  await using strict = await createTestServer({ anonymous: false })
  expect((await get(strict, pods, {})).code).toBe(401)
})

it('anonymous may read /version only', async () => {
  expect((await get(server, '/version', {})).code).toBe(200)
  expect(JSON.parse((await get(server, '/api', {})).body).message).toBe(
    'forbidden: User "system:anonymous" cannot get path "/api"',
  )
})

it('basic authentication', async () => {
  expect((await get(server, pods, basic('basic:pass:word'))).code).toBe(200)
  expect((await get(server, pods, basic('basic:wrong'))).code).toBe(401)
  expect((await get(server, pods, basic('reader:'))).code).toBe(401)
})

it('client certificates: the common name is the user', async () => {
  expect((await get(server, pods, {}, server.clientCertificate('someone'))).code).toBe(200)
  expect(server.requests.at(-1)?.user).toBe('someone')
  const listener = server.clientCertificate('listener')
  expect((await get(server, pods, {}, listener)).code).toBe(200)
  expect((await get(server, `${pods}/web-0`, {}, listener)).code).toBe(403)
})

it('a certificate of another CA is 401', async () => {
  await using other = await createTestServer()
  expect((await get(server, pods, {}, other.clientCertificate('someone'))).code).toBe(401)
})

it('requireClientCertificate fails in TLS', async () => {
  await using strict = await createTestServer({ requireClientCertificate: true })
  await expect(get(strict, pods)).rejects.toThrow(/certificate required|ECONNRESET|socket hang up/)
  expect((await get(strict, pods, {}, strict.clientCertificate('someone'))).code).toBe(200)
})

it('a token as subprotocol', async () => {
  const bearer = (token: string): string =>
    `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`
  const session = await connect(server, script('true'), {
    token: null,
    subprotocols: [bearer(server.token), v5],
  })
  expect(session.subprotocol).toBe(v5)
  await session.closed
  expect(server.requests.at(-1)?.subprotocols).toEqual([v5])
  const alone = { token: null, subprotocols: [bearer(server.token)] }
  expect((await refused(server, script('true'), alone)).code).toBe(401)
  const wrong = { token: null, subprotocols: [bearer('wrong'), v5] }
  expect((await refused(server, script('true'), wrong)).code).toBe(401)
})

it.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
] as const)('an %s server certificate', async (serverCertificate, code) => {
  await using other = await createTestServer({ serverCertificate })
  await expect(get(other, '/version')).rejects.toMatchObject({ code })
})

it('the generation decides who knows v5', async () => {
  await using old = await createTestServer({ version: 'v1.29.0' })
  expect(await refused(old, script('true'))).toMatchObject({ code: 403, body: '' })
  await using kubelet = await createTestServer({ version: 'v1.36.2' })
  expect(await refused(kubelet, script('true', ''))).toMatchObject({ code: 400 })
})

it('a path prefix stands in front of everything', async () => {
  await using behind = await createTestServer({ pathPrefix: '/k8s/clusters/c-1' })
  expect(behind.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/k8s\/clusters\/c-1$/)
  expect((await get(behind, pods)).code).toBe(200)
  expect((await run(behind, script('true'))).code).toBe(1000)
  const { port } = new URL(behind.url)
  const outside = { ...behind, url: `https://127.0.0.1:${port}`, ca: behind.ca }
  expect((await get(outside, '/version')).code).toBe(404)
})

it('only http/1.1 is spoken', async () => {
  const { port } = new URL(server.url)
  const socket = connectTls({
    port: Number(port),
    host: '127.0.0.1',
    ca: server.ca,
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  await once(socket, 'secureConnect')
  expect(socket.alpnProtocol).toBe('http/1.1')
  socket.destroy()
})
