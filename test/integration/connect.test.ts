import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Auth, ClientOptions, ClusterConfig, LoadOptions, Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const token = 'hunter2-token'
const password = 'hunter2-password'
const pods = [
  { name: 'web-0', containers: [{ name: 'app' }] },
  { name: 'two', containers: [{ name: 'app' }, { name: 'sidecar' }] },
]
const exec = (...verbs: string[]) => [{ resources: ['pods/exec'], verbs }]
const users = [
  { name: 'getter', token: 'hunter2-getter', rules: exec('get') },
  { name: 'nobody', token: 'hunter2-nobody', rules: [] },
  { name: 'alice', password },
]

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await createTestServer({ pods, users, token })
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
})
beforeEach(() => server.setFault(null))
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const literal = (config: Partial<ClusterConfig> & ClientOptions = {}) =>
  connect({ server: server.url, tls: { ca: server.ca }, auth: { token }, ...config })

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** The error, of which nothing that is ever printed holds a secret. */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => {
      throw new Error('resolved')
    },
    (reason: unknown) => reason as Error,
  )
  expectNoSecrets(error)
  return error
}

function expectNoSecrets(value: unknown): void {
  const key = server.clientCertificate('x').key.split('\n')[0] ?? 'PRIVATE KEY'
  for (let at = value; at instanceof Object; at = (at as { cause?: unknown }).cause) {
    const texts = [
      inspect(at, { depth: 20, showHidden: true }),
      String(at),
      JSON.stringify(at),
      ...(at instanceof Error ? [at.stack ?? '', at.message] : []),
    ]
    for (const text of texts) {
      expect(text).not.toMatch(/hunter2/)
      expect(text).not.toContain(Buffer.from(`alice:${password}`).toString('base64'))
      expect(text).not.toContain(key)
    }
  }
}

/** A TCP server that does this with each connection, and its port. */
async function listen(onBytes: string | null): Promise<{ port: number; close: () => void }> {
  const listener = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => onBytes !== null && socket.end(onBytes))
  })
  listener.unref()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  return { port, close: () => listener.close() }
}

describe('a bad argument rejects before anything is sent', () => {
  it.each<[string, unknown, unknown]>([
    ['a bare string', 'ls -l', TypeError],
    ['an empty command', [], RangeError],
    ['a number', ['sleep', 1], TypeError],
    ['a NUL character', ['printf', 'hunter2\0'], RangeError],
  ])('%s', async (_name, command, type) => {
    const pod = (await literal()).pod('web-0')
    const before = server.requests.length
    for (const promise of [pod.exec(command as string[]), pod.spawn(command as string[])]) {
      expect(await rejection(promise)).toBeInstanceOf(type)
    }
    expect(server.requests.length).toBe(before)
  })
})

describe('a kubeconfig that cannot be used', () => {
  const cases: [string, (text: string) => Promise<LoadOptions>, object, RegExp][] = [
    [
      'is not there',
      async () => ({ kubeconfig: join(folder, 'missing') }),
      { code: 'ERR_KUBECONFIG_NOT_FOUND' },
      /missing/,
    ],
    [
      'is a directory',
      async () => ({ kubeconfig: folder }),
      { code: 'ERR_KUBECONFIG_UNREADABLE' },
      /directory/,
    ],
    [
      'has no such context',
      async (text) => ({ kubeconfig: await file('context', text), context: 'production' }),
      { code: 'ERR_KUBECONFIG_INVALID' },
      /production/,
    ],
    [
      'has a context that dangles',
      async (text) => ({
        kubeconfig: await file('dangling', text.replace('cluster: test', 'cluster: gone')),
      }),
      { code: 'ERR_KUBECONFIG_NOT_FOUND' },
      /gone/,
    ],
    [
      'has a CA that is not base64',
      async (text) => ({
        kubeconfig: await file('base64', text.replace(/(authority-data: ).*/, '$1"***"')),
      }),
      { code: 'ERR_KUBECONFIG_INVALID' },
      /certificate-authority-data/,
    ],
    [
      'is no YAML',
      async () => ({ kubeconfig: await file('yaml', 'a: [\n  token: hunter2') }),
      { code: 'ERR_KUBECONFIG_SYNTAX' },
      /yaml/,
    ],
  ]
  it.each(cases)('%s', async (_name, options, fields, words) => {
    const error = await rejection(connect(await options(server.kubeconfig)))
    expect(error).toMatchObject({ name: 'KubeconfigError', ...fields })
    expect(error.message).toMatch(words)
  })
})

describe('a server that cannot be reached or trusted', () => {
  const run = async (config: Partial<ClusterConfig> & ClientOptions) =>
    rejection((await literal(config)).pod('web-0').exec(['true']))

  it.each([
    ['expired', 'ERR_TLS_EXPIRED', /expired/],
    ['wrong-name', 'ERR_TLS_NAME_MISMATCH', /tls\.serverName/],
  ] as const)('its certificate: %s', async (serverCertificate, code, words) => {
    await using other = await createTestServer({ serverCertificate })
    const error = await run({ server: other.url, tls: { ca: other.ca } })
    expect(error).toMatchObject({ name: 'ConnectionError', code })
    expect(error.message).toMatch(words)
  })

  it('a wrong name is right when it is expected', async () => {
    await using other = await createTestServer({ serverCertificate: 'wrong-name', token })
    const tls = { ca: other.ca, serverName: 'wrong.example' }
    const cluster = await literal({ server: other.url, tls })
    expect((await cluster.pod('web-0').exec(['true'])).exitCode).toBe(0)
  })

  it('wants a client certificate', async () => {
    await using other = await createTestServer({ requireClientCertificate: true })
    const error = await run({ server: other.url, tls: { ca: other.ca } })
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'ERR_TLS_CLIENT_CERTIFICATE' })
  })

  it.each<[string, () => Promise<Partial<ClusterConfig> & ClientOptions>, string, RegExp]>([
    ['another CA', async () => ({ tls: {} }), 'ERR_TLS_UNTRUSTED', /tls\.ca/],
    [
      'an unknown host',
      async () => ({ server: 'https://podwire.invalid' }),
      'ERR_HOST_NOT_FOUND',
      /podwire\.invalid:443/,
    ],
    [
      'a closed port',
      async () => {
        const { port, close } = await listen(null)
        close()
        return { server: `https://127.0.0.1:${port}` }
      },
      'ERR_CONNECTION_REFUSED',
      /nothing listens at 127\.0\.0\.1/,
    ],
    [
      'no TLS at that port',
      async () => {
        const { port } = await listen('HTTP/1.1 400 Bad Request\r\n\r\n')
        return { server: `https://127.0.0.1:${port}` }
      },
      'ERR_TLS',
      /does not speak TLS/,
    ],
    [
      'silence instead of TLS',
      async () => ({
        server: `https://127.0.0.1:${(await listen(null)).port}`,
        handshakeTimeout: 200,
      }),
      'ERR_HANDSHAKE_TIMEOUT',
      /200 ms/,
    ],
  ])('%s', async (_name, config, code, words) => {
    const error = await run(await config())
    expect(error).toMatchObject({ name: 'ConnectionError', code })
    expect(error.message).toMatch(words)
  })

  it('silence instead of an answer', async () => {
    server.setFault({ kind: 'no-answer' })
    expect(await run({ handshakeTimeout: 200 })).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' })
    await expect.poll(() => server.connections).toBe(0)
  })
})

describe('a refusal keeps the words of the server, and names the remedy', () => {
  const refused = async (
    run: (pod: Pod) => Promise<unknown>,
    config: Partial<ClusterConfig> = {},
    name = 'web-0',
  ) => rejection(run((await literal(config)).pod(name)))
  const run = (pod: Pod) => pod.exec(['true'])

  it.each<[string, () => Promise<Error>, object, string, string | null]>([
    [
      '401',
      () => refused(run, { auth: { token: 'hunter2-wrong' } }),
      { httpStatus: 401, status: { reason: 'Unauthorized' } },
      'Unauthorized',
      'credentials',
    ],
    [
      '403 without create',
      () => refused(run, { auth: { token: 'hunter2-getter' } }),
      { httpStatus: 403, status: { reason: 'Forbidden' } },
      'pods "web-0" is forbidden:',
      'also create',
    ],
    [
      '403 without get',
      () => refused(run, { auth: { token: 'hunter2-nobody' } }),
      { httpStatus: 403 },
      'User "nobody" cannot get resource "pods/exec"',
      'verb get',
    ],
    ['404', () => refused(run, {}, 'zzz'), { httpStatus: 404 }, 'pods "zzz" not found', null],
    [
      '404 for a wrong path',
      () => refused(run, { server: `${server.url}/wrong` }),
      { httpStatus: 404, status: null },
      '404 page not found',
      'path',
    ],
    [
      '400 for several containers',
      () => refused(run, {}, 'two'),
      { httpStatus: 400 },
      'choose one of: [app sidecar]',
      "option 'container'",
    ],
    [
      '400 for a wrong container',
      () => refused((pod) => pod.exec(['true'], { container: 'zzz' })),
      { httpStatus: 400 },
      'container zzz is not valid for pod web-0',
      null,
    ],
    [
      '431',
      () => refused((pod) => pod.exec(['echo', 'x'.repeat(1_100_000)])),
      { httpStatus: 431 },
      'Request Header Fields Too Large',
      'stdin',
    ],
  ])('%s', async (_name, run, fields, words, hint) => {
    const error = await run()
    expect(error).toMatchObject({ name: 'UpgradeError', code: 'ERR_UPGRADE_REFUSED', ...fields })
    expect(error.message).toContain(words)
    expect((error as Error & { hint: string | null }).hint ?? '').toContain(hint ?? '')
    if (hint === null) expect(error).toMatchObject({ hint: null })
  })

  it('a redirect is not followed', async () => {
    const location = 'https://elsewhere.invalid/?token=hunter2'
    server.setFault({ kind: 'redirect', location })
    const before = server.requests.length
    expect(await refused(run)).toMatchObject({
      code: 'ERR_UPGRADE_REFUSED',
      httpStatus: 302,
      hint: expect.stringContaining('redirects are not followed'),
    })
    expect(server.requests.length).toBe(before + 1)
  })

  it('another subprotocol is not taken, and the command not run twice', async () => {
    server.setFault({ kind: 'wrong-subprotocol', subprotocol: 'v5.channel.k8s.io' })
    const before = server.requests.length
    expect(await refused(run)).toMatchObject({
      name: 'UpgradeError',
      code: 'ERR_SUBPROTOCOL',
      httpStatus: 101,
    })
    expect(server.requests.length).toBe(before + 1)
  })
})

describe('nothing that can be printed holds a secret', () => {
  it.each<[string, () => Auth]>([
    ['token', () => ({ token })],
    ['password', () => ({ username: 'alice', password })],
    ['function', () => async () => ({ headers: { Authorization: `Bearer ${token}` } })],
    ['client certificate', () => async () => server.clientCertificate('jane')],
  ])('%s', async (_name, auth) => {
    const cluster = await literal({ auth: auth() })
    const pod = cluster.pod('web-0')
    const remote = await pod.spawn(['cat'], { stdin: true })
    for (const value of [cluster, pod, remote, remote.stdin, remote.stdout]) {
      expect(inspect(value, { depth: 20, showHidden: true })).not.toMatch(/hunter2|PRIVATE KEY/)
    }
    for (const value of [cluster, pod]) expectNoSecrets(value)
    expect(JSON.stringify(remote)).not.toMatch(/hunter2|PRIVATE KEY/)
    await remote.close()
    await rejection(remote.exit)
  })

  it('a lost connection', async () => {
    server.setFault({ kind: 'reset', afterBytes: 1 })
    const error = await rejection((await literal()).pod('web-0').exec(['echo', 'hello']))
    expect(error).toMatchObject({ name: 'ConnectionLostError', closeCode: 1006 })
  })

  it('a credential that OpenSSL does not take', async () => {
    const auth = async () => ({ cert: 'hunter2-cert', key: 'hunter2-key' })
    const error = await rejection((await literal({ auth })).pod('web-0').exec(['true']))
    expect(error.name).toMatch(/^(?:ConnectionError|AuthError)$/)
  })
})
