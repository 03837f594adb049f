import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseServer } from '../../../src/kubeconfig/server.ts'
import { parseProxy } from '../../../src/transport/proxy.ts'
import type { Environment } from '../../../src/transport/proxy-environment.ts'
import { environmentProxy } from '../../../src/transport/proxy-environment.ts'

interface Case {
  readonly server: string
  readonly env: Environment
  readonly proxy: string | null
  readonly error?: string
}

const file = new URL('../../../fixtures/proxy/environment.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly Case[] }

function proxyFor(server: string, env: Environment) {
  const { protocol, hostname, port } = parseServer(server)
  return environmentProxy({ secure: protocol === 'https:', hostname, port }, env)
}

/** What Go hands on and fails with later, or was not asked as we ask. */
const deviations: Readonly<Record<string, RegExp>> = {
  'ftp://p:1': /^HTTPS_PROXY must look like/,
  'http://u:p w@x:1': /^HTTPS_PROXY holds spaces/,
}

describe('what Go does', () => {
  test.each(cases)('$server $env', ({ server, env, proxy, error }) => {
    const refusal = deviations[env['HTTPS_PROXY'] ?? '']
    const find = () => proxyFor(server, env)
    if (refusal !== undefined) expect(find).toThrow(refusal)
    else if (error !== undefined) expect(find).toThrow(/CGI/)
    // Go's function has no opinion on wss; a server of ours is https, or is refused.
    else if (server.startsWith('wss:')) expect(find).toThrow(/^server must start with/)
    else {
      const variable = env['HTTPS_PROXY'] === proxy ? 'HTTPS_PROXY' : expect.any(String)
      const expected = proxy === null ? null : { ...parseProxy(proxy, ''), origin: variable }
      const found = find()
      expect(found && { ...found }).toEqual(expected)
    }
  })
})

test('the variable that names the proxy is known', () => {
  const origin = (env: Environment) => proxyFor('https://h', env)?.origin
  expect(origin({ HTTPS_PROXY: '', https_proxy: 'p' })).toBe('https_proxy')
  expect(origin({ HTTPS_PROXY: 'p', https_proxy: 'q' })).toBe('HTTPS_PROXY')
})

test('an empty NO_PROXY leaves the word to no_proxy', () => {
  expect(proxyFor('https://h', { HTTPS_PROXY: 'p', NO_PROXY: '', no_proxy: 'h' })).toBeNull()
})

test('user and password without a scheme', () => {
  const proxy = proxyFor('https://h', { HTTPS_PROXY: 'u:p%40@proxy:3128' })
  expect(proxy).toMatchObject({ hostname: 'proxy', port: 3128 })
  expect(proxy?.credentials).toEqual({ username: 'u', password: 'p@' })
})

test('a bad proxy for a server that is exempt does no harm', () => {
  expect(proxyFor('https://localhost', { HTTPS_PROXY: 'ftp://p' })).toBeNull()
})

test('a CGI program refuses the lower case too, and uses HTTPS_PROXY', () => {
  const env = { http_proxy: 'p', HTTPS_PROXY: 'q', REQUEST_METHOD: 'GET' }
  expect(() => proxyFor('http://h', env)).toThrow(/^http_proxy .*CGI/)
  expect(proxyFor('https://h', env)).toMatchObject({ hostname: 'q' })
})
