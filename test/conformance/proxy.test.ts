import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ClusterConfig, ConnectionError } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { createCertificateAuthority } from '../../src/testing/certificate.ts'
import type { TestProxyOptions } from '../support/proxy.ts'
import { testProxy } from '../support/proxy.ts'
import { rejection } from '../support/rejection.ts'
import type { ConformanceServer, Generation } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())
afterEach(() => vi.unstubAllEnvs())

const name = 'only-the-proxy.invalid'
const user = { name: 'me@corp', password: 's3cret:/%' }
const authority = createCertificateAuthority()
const certificate = authority.issueServerCertificate({ names: ['127.0.0.1'] })

/** A proxy that knows where the server is; nobody else does. */
const start = (protocol: NonNullable<TestProxyOptions['protocol']>, options?: TestProxyOptions) =>
  testProxy({ protocol, tls: certificate, hosts: { [name]: '127.0.0.1' }, ...options })

async function exec(generation: Generation, config: Partial<ClusterConfig>) {
  const { tls, ...rest } = server.config(generation)
  const address = new URL(rest.server)
  address.hostname = name
  const ca = `${tls?.ca}${authority.cert}`
  // One name for both: what the certificates of an https proxy and of the server have in common.
  const known = { ca, serverName: '127.0.0.1' }
  const cluster = await connect({ ...rest, server: address.href, tls: known, ...config })
  // Up to 1.29 stdin has an end only so.
  const options = { stdin: 'through', verify: generation === 'l' }
  return await cluster.pod('solo-0').exec(['sh', '-c', 'cat; echo err >&2; exit 7'], options)
}

const result = { exitCode: 7, stdout: 'through', stderr: 'err\n' }
const protocols = ['http', 'https', 'socks5'] as const

describe.skipIf(missing !== null)(`through a proxy (${because})`, () => {
  describe.each(protocols)('by %s', (protocol) => {
    it.each(generations)('exec on generation %s', async (generation) => {
      await using proxy = await start(protocol)
      expect(await exec(generation, { proxyUrl: proxy.url })).toMatchObject(result)
      const { port } = new URL(server.url)
      expect(new Set(proxy.targets)).toEqual(new Set([`${name}:${port}`]))
    })

    it('exec with user and password', async () => {
      await using proxy = await start(protocol, { user })
      expect(await exec('k', { proxyUrl: proxy.url })).toMatchObject(result)
    })

    it('exec by the environment', async () => {
      await using proxy = await start(protocol, { user })
      vi.stubEnv('HTTPS_PROXY', proxy.url)
      vi.stubEnv('NO_PROXY', '127.0.0.1')
      expect(await exec('k', {})).toMatchObject(result)
      expect(proxy.targets.length).toBeGreaterThan(0)
    })

    it('a refusal is quoted', async () => {
      await using proxy = await start(protocol, { user })
      const proxyUrl = proxy.url.replace('me%40corp', 'you')
      const error = await rejection<ConnectionError>(exec('k', { proxyUrl }))
      expect(error).toMatchObject({ name: 'ConnectionError', code: 'ERR_PROXY' })
      expect(error.message).toMatch(
        protocol === 'socks5' ? /password/ : /407 Proxy Authentication Required.*no/,
      )
      expect(error.message).not.toMatch(/s3cret|you/)
      expect(proxy.targets).toEqual([])
    })
  })
})
