import { expect, test } from 'vitest'
import { isExempt } from '../../../src/transport/no-proxy.ts'

const to = (hostname: string, port = 443) => ({ hostname, port })

test.each([
  'localhost',
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
])('%s is exempt without being named', (hostname) => {
  expect(isExempt(to(hostname), '')).toBe(true)
})

test.each(['LOCALHOST', 'localhost.', 'a.localhost', '128.0.0.1', '::2', '::ffff:10.0.0.1'])(
  '%s is not',
  (hostname) => {
    expect(isExempt(to(hostname), '')).toBe(false)
  },
)

test.each<[noProxy: string, hostname: string, exempt: boolean]>([
  ['192.168.0.7/16', '192.168.255.255', true],
  ['192.168.0.0/16', '192.169.0.0', false],
  ['10.0.0.0/33', '10.0.0.0', false],
  ['10.0.0.0/', '10.0.0.0', false],
  ['10.0.0.0/8', '10.example.com', false],
  ['0.0.0.0/0', '8.8.8.8', true],
  ['0.0.0.0/0', 'example.com', false],
  ['::/0', 'fd00::1', true],
  ['FD00::/8', 'fd00::1', true],
  ['fd00:0::1', 'fd00::1', true],
  ['[fd00::1]', 'fd00::1', false],
  ['[fd00::1]:443', 'fd00::1', true],
  ['[10.0.0.1]:443', '10.0.0.1', true],
  ['10.0.0.1:', '10.0.0.1', true],
  ['10.0.0.1', '::ffff:10.0.0.1', true],
  [':443', 'example.com', false],
  ['.', 'example.com', false],
  ['.', 'example.com.', true],
  ['*.', 'example.com', false],
  ['*.example.com', 'a.b.example.com', true],
  ['*example.com', 'a.example.com', false],
  ['example.com/', 'example.com', false],
  ['https://example.com', 'example.com', false],
  ['\texample.com ', 'EXAMPLE.com', true],
  ['', 'example.com', false],
])('%j and %s: %j', (noProxy, hostname, exempt) => {
  expect(isExempt(to(hostname), noProxy)).toBe(exempt)
})
