import { expect, test } from 'vitest'
import { parseProxyUrl } from '../../../src/kubeconfig/proxy-url.ts'

test.each([
  ['http://p:3128', 'http://p:3128'],
  ['HTTP://p:1', 'http://p:1'],
  ['https://u:p%40w@p', 'https://u:p%40w@p'],
  ['http://p%C3%A9', 'http://p%C3%A9'],
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
  'http://p%41',
  'http://u:p@p%41:1',
  'http://u:s3cret@p\n',
])('%j is refused, and not shown', (url) => {
  expect(() => parseProxyUrl(url)).toThrow(/^proxyUrl must start with/)
  expect(() => parseProxyUrl(url)).not.toThrow(/s3cret/)
})

test('a host that is not ASCII is still one after many times', () => {
  for (let times = 0; times < 100_000; times += 1) parseProxyUrl('http://é')
  expect(parseProxyUrl('http://é')).toBe('http://é')
})
