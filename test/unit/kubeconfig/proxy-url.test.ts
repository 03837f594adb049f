import { expect, test } from 'vitest'
import { parseProxyUrl } from '../../../src/kubeconfig/proxy-url.ts'

test.each([
  ['http://p:3128', 'http://p:3128'],
  ['HTTP://p:1', 'http://p:1'],
  ['https://u:pw@p', 'https://u:pw@p'],
  ['SOCKS5://[::1]:1080', 'socks5://[::1]:1080'],
])('%s', (url, expected) => {
  expect(parseProxyUrl(url)).toBe(expected)
})

test.each([
  'p:3128',
  's3cret',
  'socks4://p',
  'socks5h://p',
  'http://',
  'http:///x',
  'http:s3cret@p',
  ' http://p',
  'http://p:99999',
  'http://u:s3cret@p\n',
])('%j is refused, and not shown', (url) => {
  expect(() => parseProxyUrl(url)).toThrow(/^proxyUrl must start with/)
  expect(() => parseProxyUrl(url)).not.toThrow(/s3cret/)
})
