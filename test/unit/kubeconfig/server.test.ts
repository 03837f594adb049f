import { describe, expect, test } from 'vitest'
import { parseServer } from '../../../src/kubeconfig/server.ts'

test.each([
  ['https://h', 'https:', 'h', 443, '', 'https://h'],
  ['https://h/', 'https:', 'h', 443, '', 'https://h'],
  ['https://h//', 'https:', 'h', 443, '', 'https://h'],
  ['https://h:443', 'https:', 'h', 443, '', 'https://h:443'],
  ['http://h', 'http:', 'h', 80, '', 'http://h'],
  ['HTTPS://H:06443', 'https:', 'H', 6443, '', 'https://H:6443'],
  ['https://h:', 'https:', 'h', 443, '', 'https://h'],
  ['https://h/k8s/clusters/c', 'https:', 'h', 443, '/k8s/clusters/c', 'https://h/k8s/clusters/c'],
  ['https://h/a//b/', 'https:', 'h', 443, '/a/b', 'https://h/a/b'],
  ['https://h?x=1', 'https:', 'h', 443, '', 'https://h'],
  ['https://h/p?x=1#f', 'https:', 'h', 443, '/p', 'https://h/p'],
  ['https://1.2.3.4:6443', 'https:', '1.2.3.4', 6443, '', 'https://1.2.3.4:6443'],
  ['https://[::1]:6443', 'https:', '::1', 6443, '', 'https://[::1]:6443'],
  ['https://[fd00::1]', 'https:', 'fd00::1', 443, '', 'https://[fd00::1]'],
  ['https://a_b.example.com.', 'https:', 'a_b.example.com.', 443, '', 'https://a_b.example.com.'],
])('%s', (server, protocol, hostname, port, prefix, href) => {
  expect(parseServer(server)).toEqual({ protocol, hostname, port, prefix, href })
  expect(parseServer(href)).toEqual({ protocol, hostname, port, prefix, href })
})

describe('refused, and not shown', () => {
  test.each([
    ['h:6443', /^server must start with https:\/\/$/],
    ['localhost', /must start with https/],
    ['[::1]:6443', /must start with https/],
    ['wss://h', /must start with https/],
    ['https:h', /must start with https/],
    ['', /must start with https/],
    [' https://h', /spaces/],
    ['https://h\n', /spaces/],
    ['https://user:s3cret@h', /user name or password/],
    ['https://s3cret@h:6443/p', /user name or password/],
    ['https://', /names no host/],
    ['https:///x', /names no host/],
    ['https://:6443', /names no host/],
    ['https://h:abc', /must look like/],
    ['https://h:0', /port/],
    ['https://h:99999', /port/],
    ['https://::1', /must look like/],
    ['https://[::1', /must look like/],
    ['https://[h]', /not an IPv6 address/],
    ['https://[[::1]]', /must look like/],
    ['https://[fe80::1%eth0]', /not an IPv6 address/],
    ['https://127.1', /neither a DNS name nor an IP address/],
    ['https://0x7f.1', /neither/],
    ['https://2130706433', /neither/],
    ['https://1.2.3.4.', /neither/],
    ['https://h..x', /neither/],
    ['https://-h', /neither/],
    ['https://hé', /neither/],
    ['https://h/a/../b', /dot segments/],
    ['https://h/a/%2e%2E', /dot segments/],
    ['https://h/.', /dot segments/],
    ['https://h/%zz', /path/],
    ['https://h/ü', /path/],
    ['https://h/a\\b', /path/],
  ])('%j', (server, message) => {
    expect(() => parseServer(server)).toThrow(RangeError)
    expect(() => parseServer(server)).toThrow(message)
    expect(() => parseServer(server)).not.toThrow(/s3cret/)
  })
})
