import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseServer } from '../../../src/kubeconfig/server.ts'
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

const file = new URL('../../../fixtures/proxy/no-proxy.json', import.meta.url)
const { servers, exempt } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly servers: readonly string[]
  /** By the value of NO_PROXY. */
  readonly exempt: Readonly<Record<string, readonly string[]>>
}

describe('NO_PROXY, as Go has it:', () => {
  test.each(Object.entries(exempt))('%j exempts %j', (noProxy, expected) => {
    const found = servers.filter((server) => isExempt(parseServer(`https://${server}`), noProxy))
    expect(found).toEqual(expected)
  })
})
