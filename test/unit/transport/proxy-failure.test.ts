import { expect, test } from 'vitest'
import { ConnectionError } from '../../../src/errors.ts'
import { parseProxy } from '../../../src/transport/proxy.ts'
import { ProxyFailure, proxyError } from '../../../src/transport/proxy-failure.ts'

const proxy = parseProxy('https://u:s3cret@[fd00::1]:3128', 'HTTPS_PROXY')
const nodeError = (code: string) => Object.assign(new Error('words of Node'), { code })

test('what the proxy did', () => {
  const error = proxyError(proxy, new ProxyFailure('slept'))
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({ code: 'ERR_PROXY', message: 'the proxy [fd00::1]:3128 slept' })
  expect(error.cause).toBeUndefined()
})

test.each<[string, RegExp]>([
  ['ECONNREFUSED', /^nothing listens at the proxy \[fd00::1\]:3128; check HTTPS_PROXY$/],
  ['ENOTFOUND', /^the host name of the proxy .* check HTTPS_PROXY$/],
  ['EAI_AGAIN', /^the host name of the proxy .* check HTTPS_PROXY$/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /^the proxy .* write http:\/\/ in HTTPS_PROXY/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /^the certificate of the proxy .* certificate-authority-data/],
  ['ETIMEDOUT', /^the connection to the proxy \[fd00::1\]:3128 failed: words of Node$/],
])('%s', (code, message) => {
  const cause = nodeError(code)
  const error = proxyError(proxy, cause)
  expect(error).toMatchObject({ code: 'ERR_PROXY', cause })
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain('s3cret')
})
