import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClientOptions, Cluster } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { createCertificateAuthority } from '../../src/testing/certificate.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const authority = createCertificateAuthority()

function idToken(name: string, seconds: number): string {
  const claims = { sub: name, exp: Math.floor(Date.now() / 1000) + seconds }
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s3cret-${name}`
}

const tokens = {
  expired: idToken('expired', -60),
  one: idToken('one', 600),
  two: idToken('two', 600),
}

let server: TestServer
let issuer: Server
let url: string
let folder: string
let posts: { readonly form: Record<string, string>; readonly authorization: string | undefined }[]
/** What the issuer answers to the next requests for tokens. */
let answers: ((response: ServerResponse) => void)[]

const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/realm/.well-known/openid-configuration') {
    return json(200, { issuer: `${url}/realm`, token_endpoint: `${url}/token` })(response)
  }
  if (request.url !== '/token' || request.method !== 'POST') return json(404, {})(response)
  const form = Object.fromEntries(new URLSearchParams(await text(request)))
  posts.push({ form, authorization: request.headers.authorization })
  const next = answers.shift() ?? json(400, { error: 'invalid_grant' })
  next(response)
}

beforeAll(async () => {
  server = await createTestServer({
    anonymous: false,
    users: [
      { name: 'one', token: tokens.one },
      { name: 'two', token: tokens.two },
    ],
  })
  issuer = createServer(authority.issueServerCertificate({ names: ['127.0.0.1'] }), (req, res) => {
    answer(req, res).catch(() => res.destroy())
  })
  await once(issuer.listen(0, '127.0.0.1'), 'listening')
  url = `https://127.0.0.1:${(issuer.address() as AddressInfo).port}`
})

afterAll(async () => {
  issuer.close()
  await server.close()
})

beforeEach(async () => {
  posts = []
  answers = []
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  return () => rm(folder, { recursive: true })
})

async function writeKubeconfig(login: Readonly<Record<string, string>>): Promise<string> {
  const config: Record<string, string> = {
    'idp-issuer-url': `${url}/realm`,
    'client-id': 'client',
    'idp-certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
    ...login,
  }
  const path = join(folder, 'config')
  const ca = Buffer.from(server.ca).toString('base64')
  const lines = [
    'current-context: c',
    `clusters: [{name: k, cluster: {server: "${server.url}", certificate-authority-data: ${ca}}}]`,
    'contexts: [{name: c, context: {cluster: k, user: u}}]',
    'users: # of this cluster',
    '- name: u',
    '  user:',
    '    auth-provider:',
    '      name: oidc',
    '      config:',
    ...Object.entries(config).map(([name, value]) => `        ${name}: ${JSON.stringify(value)}`),
  ]
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  return path
}

async function login(
  fields: Readonly<Record<string, string>>,
  options: ClientOptions = {},
): Promise<Cluster> {
  return connect({ kubeconfig: await writeKubeconfig(fields), ...options })
}

async function userOf(cluster: Cluster): Promise<string | null | undefined> {
  await cluster.pod('web-0').exec(['true'])
  return server.requests.at(-1)?.user
}

describe('a login', () => {
  it('that is good is used, and the issuer is left alone', async () => {
    const cluster = await login({ 'id-token': tokens.one, 'refresh-token': 'r1' })
    expect(await userOf(cluster)).toBe('one')
    expect(posts).toEqual([])
  })

  it('that has expired is renewed, with the secret', async () => {
    answers = [json(200, { id_token: tokens.one })]
    const secret = { 'client-secret': 's3cret', 'refresh-token': 'r1' }
    const cluster = await login({ 'id-token': tokens.expired, ...secret })
    expect([await userOf(cluster), await userOf(cluster)]).toEqual(['one', 'one'])
    const authorization = `Basic ${Buffer.from('client:s3cret').toString('base64')}`
    const form = { grant_type: 'refresh_token', refresh_token: 'r1' }
    expect(posts).toEqual([{ form, authorization }])
  })

  it('that the server does not take is renewed, and once more with the token that came last', async () => {
    answers = [
      json(200, { id_token: idToken('short', 11), refresh_token: 'r2' }),
      json(200, { id_token: tokens.two }),
    ]
    const unknown = idToken('unknown', 600)
    const cluster = await login({ 'id-token': unknown, 'refresh-token': 'r1' })
    // The first of the new ones is not known to the server either, and there is one attempt.
    await expect(userOf(cluster)).rejects.toMatchObject({ httpStatus: 401 })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await userOf(cluster)).toBe('two')
    expect(posts.map(({ form }) => form['refresh_token'])).toEqual(['r1', 'r2'])
  })

  it('is written back when that is asked for, for the next one to use', async () => {
    answers = [json(200, { id_token: tokens.two, refresh_token: 'r2' })]
    const old = { 'id-token': tokens.expired, 'refresh-token': 'r1' }
    const cluster = await login(old, { saveTokens: true })
    const before = await readFile(join(folder, 'config'), 'utf8')
    expect(await userOf(cluster)).toBe('two')
    const after = await readFile(join(folder, 'config'), 'utf8')
    expect(after).toBe(before.replace(tokens.expired, tokens.two).replace('"r1"', '"r2"'))
    expect(await userOf(await connect({ kubeconfig: join(folder, 'config') }))).toBe('two')
    expect(posts).toHaveLength(1)
  })

  it('is not written back otherwise', async () => {
    answers = [json(200, { id_token: tokens.two, refresh_token: 'r2' })]
    const cluster = await login({ 'refresh-token': 'r1' })
    const before = await readFile(join(folder, 'config'), 'utf8')
    expect(await userOf(cluster)).toBe('two')
    expect(await readFile(join(folder, 'config'), 'utf8')).toBe(before)
  })
})

describe('a failure names the issuer and shows no secret', () => {
  const secrets = { 'client-secret': 's3cret', 'refresh-token': 's3cret' }

  it.each([
    ['the issuer says no', json(400, { error: 'invalid_grant', error_description: 's3cret' }), ''],
    ['a redirect', (response) => response.writeHead(307, { Location: '/other' }).end(), '307'],
    ['no JSON', (response) => response.end('s3cret'), 'not a JSON object'],
    ['too much', (response) => response.end('s3cret'.repeat(500_000)), 'cannot be reached'],
    ['an answer that is cut off', (response) => response.destroy(), 'cannot be reached'],
  ] as [string, (response: ServerResponse) => void, string][])(
    '%s',
    async (_name, say, message) => {
      // A refusal of the secret in the header is followed by one attempt with it in the body.
      answers = [say, say]
      const cluster = await login({ 'id-token': tokens.expired, ...secrets })
      const error = await userOf(cluster).catch((e: Error) => e)
      expect(error).toMatchObject({ name: 'AuthError', code: 'ERR_CREDENTIALS_UNAVAILABLE' })
      expect(String(error)).toContain(`the OIDC issuer ${url}/realm `)
      expect(String(error)).toContain(message)
      for (const value of [error, cluster, { deep: [{ error }] }]) {
        expect(inspect(value, { depth: 20 }) + JSON.stringify(value)).not.toContain('s3cret')
      }
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('s3cret')
    },
  )

  it('an issuer whose certificate is not trusted gets no token', async () => {
    const other = Buffer.from(createCertificateAuthority().cert).toString('base64')
    const cluster = await login({ ...secrets, 'idp-certificate-authority-data': other })
    const error = await userOf(cluster).catch((e: Error) => e)
    expect(error).toMatchObject({ cause: { code: 'ERR_TLS_UNTRUSTED' } })
    expect(posts).toEqual([])
  })

  it('an issuer that is not there', async () => {
    const cluster = await login({ ...secrets, 'idp-issuer-url': 'https://127.0.0.1:1/realm' })
    const error = await userOf(cluster).catch((e: Error) => e)
    expect(error).toMatchObject({ cause: { code: 'ERR_CONNECTION_REFUSED' } })
  })
})
