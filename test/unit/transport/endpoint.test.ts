import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ClusterConfig } from '../../../src/kubeconfig/cluster-config.ts'
import { endpointOf, hostOf, nameOf, requestOptions } from '../../../src/transport/endpoint.ts'
import { version } from '../../../src/version.ts'

const server = 'https://api.example'
const token = { headers: { Authorization: 'Bearer hunter2' } }

describe('where the server is', () => {
  it.each([
    ['https://api.example', 'api.example:443', ''],
    ['https://api.example:6443/', 'api.example:6443', ''],
    ['https://127.0.0.1:8443/k8s/clusters/c-1/', '127.0.0.1:8443', '/k8s/clusters/c-1'],
    ['https://[::1]:6443', '[::1]:6443', ''],
    ['http://localhost', 'localhost:80', ''],
  ])('%s', (url, host, prefix) => {
    const endpoint = endpointOf({ server: url }, false)
    expect([hostOf(endpoint), endpoint.prefix, endpoint.secure]).toEqual([
      host,
      prefix,
      url.startsWith('https'),
    ])
  })

  it('an IPv6 address has no brackets for the resolver', () => {
    expect(endpointOf({ server: 'https://[::1]' }, false).hostname).toBe('::1')
  })
})

describe('a server without TLS', () => {
  const http = 'http://127.0.0.1:8080'
  it.each<[string, Partial<ClusterConfig>]>([
    ['a token', { auth: { token: 'hunter2' } }],
    ['a function', { auth: async () => ({}) }],
    ['a client certificate', { tls: { cert: 'c', key: 'k' } }],
  ])('and %s do not go together', (_name, config) => {
    expect(() => endpointOf({ server: http, ...config }, false)).toThrow(
      expect.objectContaining({ name: 'AuthError', code: 'ERR_CREDENTIALS_INSECURE' }),
    )
  })

  it('gets no credentials even when it is allowed', () => {
    const endpoint = endpointOf({ server: http, auth: { token: 'hunter2' } }, true)
    const options = requestOptions(endpoint, { ...token, cert: 'c', key: 'k' })
    expect(options).toEqual({ headers: { 'User-Agent': `podwire/${version}` } })
  })

  it('without credentials needs no permission', () => {
    expect(endpointOf({ server: http }, false).secure).toBe(false)
  })
})

describe('headers', () => {
  it('name us, who we act as, and carry the credential', () => {
    const impersonate = { user: 'jane', groups: ['a', 'b'], extra: { Scope: ['x', 'y'] } }
    const endpoint = endpointOf({ server, impersonate }, false)
    expect(requestOptions(endpoint, token).headers).toEqual({
      'User-Agent': `podwire/${version}`,
      'Impersonate-User': 'jane',
      'Impersonate-Group': ['a', 'b'],
      'Impersonate-Extra-scope': ['x', 'y'],
      Authorization: 'Bearer hunter2',
    })
  })

  it('of a credential win over ours', () => {
    const options = requestOptions(endpointOf({ server }, false), {
      headers: { 'User-Agent': 'mine' },
    })
    expect(options.headers['User-Agent']).toBe('mine')
  })
})

describe('a proxy', () => {
  const env = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }
  const name = (config: Partial<ClusterConfig>, variables = env) =>
    nameOf(endpointOf({ server, ...config }, false, variables))

  it('of the configuration wins over the environment', () => {
    expect(name({ proxyUrl: 'socks5://s' })).toMatch(/ \(through the proxy s:1080\)$/)
  })

  it('of the environment depends on the server', () => {
    expect(name({})).toMatch(/ \(through the proxy p:1\)$/)
    expect(name({ server: 'http://api.example' })).toMatch(/ \(through the proxy q:2\)$/)
    expect(name({ server: 'https://localhost' })).toBe('localhost:443')
  })

  it('of the configuration is for this machine too, an empty one is none', () => {
    const local = { server: 'https://localhost' }
    expect(name({ ...local, proxyUrl: 'http://s' })).toMatch(/ \(through the proxy s:80\)$/)
    expect(name({ ...local, proxyUrl: '' })).toBe('localhost:443')
  })

  it('is not shown with its password', () => {
    const endpoint = endpointOf({ server, proxyUrl: 'http://u:hunter2@p' }, false)
    expect(inspect(endpoint, { depth: Infinity, showHidden: true })).not.toContain('hunter2')
    expect(JSON.stringify(endpoint)).not.toContain('hunter2')
  })
})

describe('what is refused', () => {
  it.each<[string, Partial<ClusterConfig>, unknown]>([
    ['an unknown option of tls', { tls: { certificate: 'x' } as object }, TypeError],
    ['tls that is a string', { tls: 'x' as unknown as object }, TypeError],
    ['a CA that is a number', { tls: { ca: 7 } as object }, TypeError],
    ['a user and password in the URL', { server: 'https://u:hunter2@api.example' }, RangeError],
    ['a proxy that is none', { proxyUrl: 'socks5h://u:hunter2@p' }, RangeError],
    ['a proxy that is a number', { proxyUrl: 7 } as object, TypeError],
    ['another scheme', { server: 'wss://api.example' }, RangeError],
  ])('%s', (_name, config, error) => {
    expect(() => endpointOf({ server, ...config }, false)).toThrow(error as typeof RangeError)
  })

  it('without showing what was in it', () => {
    expect(() => endpointOf({ server: 'https://u:hunter2@api.example' }, false)).toThrow(
      /^(?!.*hunter2)/,
    )
  })
})

it.each<[unknown, string]>([
  [{ usr: 'bob' }, "impersonate has no option 'usr'"],
  ['bob', 'impersonate takes an object'],
  [['bob'], 'impersonate takes an object'],
  [null, 'impersonate takes an object'],
  [{}, 'impersonate.user must be a string'],
  [{ user: '' }, 'impersonate.user must name a user'],
  [{ user: 'bob', groups: 'admins' }, 'impersonate.groups must be an array'],
])('an impersonation %j is refused, and not left out', (impersonate, message) => {
  const config = { server: 'https://h', impersonate: impersonate as never }
  expect(() => endpointOf(config, false)).toThrow(message)
})
