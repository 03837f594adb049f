import { getEventListeners } from 'node:events'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClientOptions, ClusterConfig, ConnectionError, Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { createCertificateAuthority } from '../../src/testing/certificate.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { endpointOf } from '../../src/transport/endpoint.ts'
import { answers, getJson } from '../../src/transport/get.ts'
import type { TestProxy } from '../support/proxy.ts'
import { testProxy } from '../support/proxy.ts'

let server: TestServer
let port: string
const user = { name: 'me@corp', password: 's3cret:/%' }

beforeAll(async () => {
  server = await createTestServer()
  port = new URL(server.url).port
})
afterAll(() => server.close())

beforeEach(() => {
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'NO_PROXY', 'no_proxy']) {
    vi.stubEnv(name, '')
  }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await expect.poll(() => server.connections).toBe(0)
})

async function podOf(config: Partial<ClusterConfig & ClientOptions>): Promise<Pod> {
  const { url, ca, token } = server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token }, ...config })
  return cluster.pod('web-0', { container: 'app' })
}

const throughProxy = (proxy: TestProxy, config: Partial<ClusterConfig & ClientOptions> = {}) =>
  podOf({ proxyUrl: proxy.url, ...config })

async function failure(running: Promise<unknown>): Promise<ConnectionError> {
  const error = await running.then(
    () => expect.unreachable('resolved'),
    (reason) => reason as ConnectionError,
  )
  const shown = [error.message, inspect(error, { depth: Infinity, showHidden: true })].join()
  expect(shown).not.toMatch(/s3cret|me@corp|me%40corp|bWVAY29yc/)
  return error
}

/** An https proxy that the cluster's CA, or another one, has signed. */
function proxyCertificate(names = ['127.0.0.1']) {
  const authority = createCertificateAuthority()
  return { ca: authority.cert, ...authority.issueServerCertificate({ names }) }
}

const protocols = ['http', 'https', 'socks5'] as const

describe.each(protocols)('an %s proxy', (protocol) => {
  const certificate = proxyCertificate()
  const start = (options = {}) => testProxy({ protocol, tls: certificate, ...options })
  // One configuration for both, as client-go has it: so both authorities are in it.
  const tls = () => ({ ca: `${server.ca}${certificate.ca}` })

  it.each([false, true])('carries an exec (with user and password: %j)', async (authenticated) => {
    await using proxy = await start(authenticated ? { user } : {})
    const pod = await throughProxy(proxy, { tls: tls() })
    const { stdout, exitCode } = await pod.exec(['sh', '-c', 'cat; exit 7'], { stdin: 'through' })
    expect([stdout, exitCode]).toEqual(['through', 7])
    expect(proxy.targets).toEqual([`127.0.0.1:${port}`])
    expect(server.requests.at(-1)).toMatchObject({ user: 'kubernetes-admin' })
    expect(server.requests.at(-1)?.headers).not.toHaveProperty('proxy-authorization')
    expect(proxy.received.toString('latin1')).not.toContain(server.token)
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('resolves names itself; the certificate is still checked', async () => {
    await using proxy = await start({ hosts: { 'only-the-proxy.invalid': '127.0.0.1' } })
    const url = `https://only-the-proxy.invalid:${port}`
    const known = await throughProxy(proxy, {
      server: url,
      tls: { ...tls(), serverName: '127.0.0.1' },
    })
    expect((await known.exec(['echo', 'hi'])).stdout).toBe('hi\n')
    expect(proxy.targets).toEqual([`only-the-proxy.invalid:${port}`])
    const error = await failure(
      (await throughProxy(proxy, { server: url, tls: tls() })).exec(['true']),
    )
    expect(error.code).toBe('ERR_TLS_NAME_MISMATCH')
    expect(error.message).toContain(
      `only-the-proxy.invalid:${port} (through the proxy 127.0.0.1:${proxy.port})`,
    )
  })

  it('is gone around by nobody, this machine included', async () => {
    await using proxy = await start({ answer: (client: { destroy(): void }) => client.destroy() })
    vi.stubEnv('NO_PROXY', '*')
    const error = await failure((await throughProxy(proxy, { tls: tls() })).exec(['true']))
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'ERR_PROXY' })
  })

  it('carries large output and holds it back, under a heartbeat', async () => {
    await using proxy = await start()
    const heartbeat = { interval: 100, deadline: 500 }
    const pod = await throughProxy(proxy, { tls: tls(), heartbeat, outputSlack: 64 * 1024 })
    const remote = await pod.spawn(['sh', '-c', 'head -c 20000000 /dev/zero; sleep 1; echo end'])
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    let bytes = 0
    for await (const chunk of remote.stdout ?? []) bytes += (chunk as Buffer).length
    expect([bytes, (await remote.exit).exitCode]).toEqual([20_000_004, 0])
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('an abort while it is silent leaves nothing', async () => {
    await using proxy = await start({ answer: () => {} })
    const controller = new AbortController()
    const pod = await throughProxy(proxy, { tls: tls() })
    const running = pod.exec(['true'], { signal: controller.signal })
    await expect.poll(() => proxy.received.length).toBeGreaterThan(0)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('its silence is covered by handshakeTimeout', async () => {
    await using proxy = await start({ answer: () => {} })
    const pod = await throughProxy(proxy, { tls: tls(), handshakeTimeout: 300 })
    const error = await failure(pod.exec(['true']))
    expect(error.code).toBe('ERR_HANDSHAKE_TIMEOUT')
    expect(error.message).toContain(`the proxy 127.0.0.1:${proxy.port}`)
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('a server that is silent behind it leaves nothing either', async () => {
    await using proxy = await start()
    server.setFault({ kind: 'no-answer' })
    const pod = await throughProxy(proxy, { tls: tls(), handshakeTimeout: 500 })
    expect((await failure(pod.exec(['true']))).code).toBe('ERR_HANDSHAKE_TIMEOUT')
    server.setFault(null)
    await expect.poll(() => proxy.connections + server.connections).toBe(0)
  })

  it('wrong credentials of ours name the remedy', async () => {
    await using proxy = await start({ user })
    const wrong = `${protocol}://me:s3cret@127.0.0.1:${proxy.port}`
    const error = await failure((await podOf({ proxyUrl: wrong, tls: tls() })).exec(['true']))
    expect(error.code).toBe('ERR_PROXY')
    expect(error.message).toContain(`the proxy 127.0.0.1:${proxy.port} `)
    expect(error.message).toContain('proxy-url')
    const without = `${protocol}://127.0.0.1:${proxy.port}`
    const missing = await failure((await podOf({ proxyUrl: without, tls: tls() })).exec(['true']))
    expect(missing.message).toMatch(/\bset (user and password|both) in proxy-url/)
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('messages in the segment of the 101 are not lost', async () => {
    await using proxy = await start({ gather: 300 })
    const pod = await throughProxy(proxy, { tls: tls() })
    const early = await pod.exec(['echo', 'early'], { subprotocol: 'v4.channel.k8s.io' })
    expect([early.stdout, early.exitCode]).toEqual(['early\n', 0])
  })

  it('leaves nothing behind, session after session', async () => {
    await using proxy = await start()
    const pod = await throughProxy(proxy, { tls: tls() })
    const { signal } = new AbortController()
    for (let i = 0; i < 30; i++) await pod.exec(['cat'], { signal, stdin: 'x' })
    await expect.poll(() => proxy.connections).toBe(0)
    await expect.poll(() => server.connections).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const kinds = process.getActiveResourcesInfo()
    expect(kinds.filter((kind) => /TLSWrap|TCPSocketWrap|JSStream/.test(kind))).toEqual([])
  })

  it('is what the probe of a silent server goes through', async () => {
    await using proxy = await start()
    const { url } = server
    const endpoint = endpointOf({ server: url, tls: tls(), proxyUrl: proxy.url }, false)
    const signal = AbortSignal.timeout(2_000)
    expect(await answers(endpoint, signal)).toBe(true)
    expect(proxy.targets.length).toBe(1)
    const gone = { ...endpoint, port: proxy.port, hostname: 'gone.invalid' }
    expect(await answers(gone, signal)).toBe(false)
    const document = await getJson(endpoint, {
      path: '/version',
      credential: { headers: { Authorization: `Bearer ${server.token}` } },
      timeout: 2_000,
    })
    expect(document).toHaveProperty('gitVersion')
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('garbage is an error and nothing more', async () => {
    for (const garbage of ['\x00', '\r\n\r\n', 'x'.repeat(200_000), '\x05', '\x05\x00\x05']) {
      await using proxy = await start({
        answer: (client: { end(text: string): void }) => client.end(garbage),
      })
      const error = await failure((await throughProxy(proxy, { tls: tls() })).exec(['true']))
      expect(error).toMatchObject({ code: 'ERR_PROXY' })
      await expect.poll(() => proxy.connections).toBe(0)
    }
  })
})

describe('TLS with an https proxy', () => {
  it('is checked against the authority of the cluster', async () => {
    await using proxy = await testProxy({ protocol: 'https', tls: proxyCertificate() })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error.code).toBe('ERR_PROXY')
    expect(error.message).toMatch(/^the certificate of the proxy 127.0.0.1:\d+ is not signed by /)
    expect(error.message).toContain('certificate-authority-data')
    expect(proxy.received.length).toBe(0)
  })

  it('is checked against its name, or tls-server-name', async () => {
    const certificate = proxyCertificate(['proxy.example'])
    await using proxy = await testProxy({ protocol: 'https', tls: certificate })
    const tls = { ca: `${server.ca}${certificate.ca}` }
    const error = await failure((await throughProxy(proxy, { tls })).exec(['true']))
    expect(error.code).toBe('ERR_PROXY')
    expect(error.message).toContain('is for another name')
  })

  it('is not checked with insecureSkipVerify', async () => {
    await using proxy = await testProxy({ protocol: 'https', tls: proxyCertificate() })
    const pod = await throughProxy(proxy, { tls: { insecureSkipVerify: true } })
    expect((await pod.exec(['echo', 'hi'])).stdout).toBe('hi\n')
  })

  it('shows the client certificate, to the server as well', async () => {
    const certificate = proxyCertificate()
    const { cert, key } = server.clientCertificate('jane')
    const options = { ...certificate, requestCert: true, ca: server.ca }
    await using proxy = await testProxy({ protocol: 'https', tls: options })
    const pod = await throughProxy(proxy, {
      tls: { ca: `${server.ca}${certificate.ca}`, cert, key },
      auth: undefined,
    } as unknown as ClusterConfig)
    expect((await pod.exec(['echo', 'hi'])).stdout).toBe('hi\n')
    expect(server.requests.at(-1)).toMatchObject({ user: 'jane' })
    const without = await failure(
      (await throughProxy(proxy, { tls: { ca: `${server.ca}${certificate.ca}` } })).exec(['true']),
    )
    expect(without.code).toBe('ERR_PROXY')
  })

  it('a proxy without it says so', async () => {
    await using proxy = await testProxy({
      answer: (client) => client.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    })
    const pod = await podOf({ proxyUrl: `https://127.0.0.1:${proxy.port}` })
    const error = await failure(pod.exec(['true']))
    expect(error.message).toContain('does not speak TLS; write http:// in proxy-url')
  })
})

describe('what a proxy says', () => {
  it.each<[answer: string, message: RegExp]>([
    [
      'HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html><head><title>x</title></head><body><h1>Access</h1>\n<p>denied</p>',
      /: HTTP\/1.1 403 Forbidden: Access denied \(its rules do not allow that host or port\)$/,
    ],
    [
      'HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\n\r\n',
      /: HTTP\/1.1 407 No \(it wants another way/,
    ],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', /502 Bad Gateway \(it cannot reach the server\)$/],
    [
      'HTTP/1.1 201 Created\r\n\r\n',
      /refused the connection to 127.0.0.1:\d+: HTTP\/1.1 201 Created$/,
    ],
    ['HTTP/1.1 200', /closed the connection instead of answering$/],
  ])('%j', async (answer, message) => {
    await using proxy = await testProxy({ answer: (client) => client.end(answer) })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error.code).toBe('ERR_PROXY')
    expect(error.message).toMatch(/^the proxy 127.0.0.1:\d+ /)
    expect(error.message).toMatch(message)
  })

  it('is quoted without our secrets, though it shows them', async () => {
    await using proxy = await testProxy({
      user,
      answer: (client, request) => client.end(`HTTP/1.1 400 ${user.password}\r\n\r\n${request}`),
    })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error.message).toContain('[redacted]')
  })

  it('a page that never ends does not keep us', async () => {
    await using proxy = await testProxy({
      answer: (client) => client.write('HTTP/1.1 503 Busy\r\n\r\nwait'),
    })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error.message).toMatch(/503 Busy: wait \(/)
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('after the tunnel is open, it is the connection that failed', async () => {
    await using proxy = await testProxy({
      answer: (client) => client.end('HTTP/1.1 200 OK\r\n\r\n'),
    })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error).toMatchObject({ code: 'ERR_CONNECTION_FAILED' })
    expect(error.message).toContain('(through the proxy')
  })

  it('silence then, with TLS half done, is covered too', async () => {
    await using proxy = await testProxy({
      answer: (client) => client.write('HTTP/1.1 200 OK\r\n\r\n'),
    })
    const pod = await throughProxy(proxy, { handshakeTimeout: 300 })
    expect((await failure(pod.exec(['true']))).code).toBe('ERR_HANDSHAKE_TIMEOUT')
    const running = pod.exec(['true'], { signal: AbortSignal.timeout(100) })
    await expect(running).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('bytes behind the answer are the tunnel’s', async () => {
    await using proxy = await testProxy({
      answer: (client) => client.write('HTTP/1.1 200 OK\r\n\r\nnot TLS at all'),
    })
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error.code).toBe('ERR_TLS')
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('a proxy that is not there', async () => {
    const proxy = await testProxy()
    await proxy[Symbol.asyncDispose]()
    const error = await failure((await throughProxy(proxy)).exec(['true']))
    expect(error).toMatchObject({ code: 'ERR_PROXY', cause: { code: 'ECONNREFUSED' } })
    expect(error.message).toBe(
      `nothing listens at the proxy 127.0.0.1:${proxy.port}; check proxy-url of the cluster (proxyUrl)`,
    )
  })

  it('a proxy that has no address', async () => {
    const pod = await podOf({ proxyUrl: 'socks5://me%40corp:s3cret@proxy.invalid' })
    const error = await failure(pod.exec(['true']))
    expect(error.message).toContain('the proxy proxy.invalid:1080 cannot be resolved')
  })
})

describe('the environment', () => {
  const named = 'https://api.example'

  it('names the proxy when the configuration does not', async () => {
    await using proxy = await testProxy({ user, hosts: { 'api.example': '127.0.0.1' } })
    vi.stubEnv('HTTPS_PROXY', proxy.url)
    const tls = { ca: server.ca, serverName: '127.0.0.1' }
    const pod = await podOf({ server: `${named}:${port}`, tls })
    vi.stubEnv('HTTPS_PROXY', 'http://read-when-connect-was-called.invalid')
    expect((await pod.exec(['echo', 'hi'])).stdout).toBe('hi\n')
    expect(proxy.targets).toEqual([`api.example:${port}`])
  })

  it('does not for this machine', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.invalid')
    expect((await (await podOf({})).exec(['echo', 'hi'])).stdout).toBe('hi\n')
  })

  it('gives way to proxyUrl, though that is empty', async () => {
    await using proxy = await testProxy()
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.invalid')
    await (await throughProxy(proxy)).exec(['true'])
    expect(proxy.targets.length).toBe(1)
    expect((await (await podOf({ proxyUrl: '' })).exec(['true'])).exitCode).toBe(0)
  })

  it('is named by errors', async () => {
    vi.stubEnv('https_proxy', 'http://me%40corp:s3cret@proxy.invalid:3128')
    const error = await failure((await podOf({ server: named })).exec(['true']))
    expect(error.message).toBe(
      'the host name of the proxy proxy.invalid:3128 cannot be resolved; check https_proxy',
    )
  })

  it('is refused at once when it names no proxy', async () => {
    vi.stubEnv('HTTPS_PROXY', 'ftp://me:s3cret@p')
    const error = await failure(podOf({ server: named }))
    expect(error).toBeInstanceOf(RangeError)
    expect(error.message).toContain('HTTPS_PROXY must look like')
  })
})

it('nothing that is printed shows the password', async () => {
  const proxyUrl = 'http://me%40corp:s3cret@127.0.0.1:1'
  const { url, ca, token } = server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token }, proxyUrl })
  const pod = cluster.pod('web-0')
  const shown = inspect({ cluster, pod }, { depth: Infinity, showHidden: true })
  expect(shown + JSON.stringify([cluster, pod])).not.toMatch(/s3cret|corp/)
})
