import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { parseProxy } from '../../../src/transport/proxy.ts'

test.each<[string, object]>([
  ['http://p', { protocol: 'http', hostname: 'p', port: 80 }],
  ['HTTPS://p.example.', { protocol: 'https', hostname: 'p.example.', port: 443 }],
  ['socks5://p', { protocol: 'socks5', hostname: 'p', port: 1080 }],
  ['socks5h://p:1/', { protocol: 'socks5', hostname: 'p', port: 1 }],
  ['http://p:/path?query#fragment', { protocol: 'http', hostname: 'p', port: 80 }],
  ['http://[fd00::1]:3128', { protocol: 'http', hostname: 'fd00::1', port: 3128 }],
  ['http://10.0.0.1:3128', { protocol: 'http', hostname: '10.0.0.1', port: 3128 }],
])('%s', (url, expected) => {
  const proxy = parseProxy(url, 'proxy-url')
  expect({ ...proxy }).toEqual({ ...expected, credentials: null, origin: 'proxy-url' })
})

test.each<[string, string, string]>([
  ['u:p', 'u', 'p'],
  ['u', 'u', ''],
  ['u:', 'u', ''],
  [':p', '', 'p'],
  ['u:p:q', 'u', 'p:q'],
  ['u@corp:p@ss', 'u@corp', 'p@ss'],
  ['%75%3a:p%40%2F%25%C3%A4', 'u:', 'p@/%ä'],
  ['u:a+b', 'u', 'a+b'],
])('user and password in %s', (userinfo, username, password) => {
  const { credentials, hostname } = parseProxy(`http://${userinfo}@p:1`, 'proxy-url')
  expect([credentials, hostname]).toEqual([{ username, password }, 'p'])
})

test.each<[string, RegExp]>([
  ['', /must look like/],
  ['s3cret', /must look like/],
  ['ftp://u:s3cret@p:1', /must look like/],
  ['socks4://u:s3cret@p:1', /must look like/],
  ['http:/s3cret', /must look like/],
  ['http://', /names a host/],
  ['http://u:s3cret@', /names a host/],
  ['http://u:s3cret@:1', /names a host/],
  ['http://u:s3cret@p%41', /names a host/],
  ['http://u:s3cret@[p]:1', /names a host/],
  ['http://u:s3cret@[fd00::1%25eth0]:1', /names a host/],
  ['http://u:s3cret@bücher', /names a host/],
  ['http://u:s3cret@fd00::1', /must look like/],
  ['http://u:s3cret@p:x', /must look like/],
  ['http://u:s3cret@p:0', /port/],
  ['http://u:s3cret@p:65536', /port/],
  ['http://u:s3cret/@p:1', /must look like/],
  ['http://u:s3cret%@p:1', /%25/],
  ['http://u:s3cret%ff@p:1', /%25/],
  ['http://u:s3 cret@p:1', /spaces/],
  ['http://u:s3cret@p:1\n', /spaces/],
  ['socks5://:s3cret@p:1', /no user name/],
  [`socks5://u:s3cret${'x'.repeat(250)}@p:1`, /255/],
  [`socks5://${'ä'.repeat(128)}:s3cret@p:1`, /255/],
])('%s is refused, without showing it', (url, expected) => {
  const parse = () => parseProxy(url, 'HTTPS_PROXY')
  expect(parse).toThrow(RangeError)
  expect(parse).toThrow(/^HTTPS_PROXY /)
  expect(parse).toThrow(expected)
  expect(parse).not.toThrow(/s3|ä/)
})

test('printing one shows no credentials', () => {
  const proxy = parseProxy('http://user:s3cret@p:1', 'proxy-url')
  const shown = inspect({ proxy }, { depth: Infinity, showHidden: true }) + JSON.stringify([proxy])
  expect(shown).toContain('[redacted]')
  expect(shown).not.toMatch(/s3cret|user/)
})
