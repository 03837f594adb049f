import { describe, expect, it } from 'vitest'
import { connectionError, handshakeTimeout } from '../../../src/transport/connection-error.ts'

const host = 'api.example:6443'
const failing = (code: string, message = 'cause') => Object.assign(new Error(message), { code })

describe('what Node says becomes', () => {
  it.each([
    ['ECONNREFUSED', 'ERR_CONNECTION_REFUSED', 'nothing listens at'],
    ['ENOTFOUND', 'ERR_HOST_NOT_FOUND', 'cannot be resolved'],
    ['EAI_AGAIN', 'ERR_HOST_NOT_FOUND', 'cannot be resolved'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_UNTRUSTED', 'certificate-authority-data'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_UNTRUSTED', 'tls.ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_UNTRUSTED', 'tls.ca'],
    ['CERT_SIGNATURE_FAILURE', 'ERR_TLS_UNTRUSTED', 'tls.ca'],
    ['CERT_HAS_EXPIRED', 'ERR_TLS_EXPIRED', 'has expired'],
    ['CERT_NOT_YET_VALID', 'ERR_TLS_EXPIRED', 'not valid yet'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS_NAME_MISMATCH', 'tls.serverName'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_TLS_CLIENT_CERTIFICATE', 'tls.cert'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ERR_TLS_CLIENT_CERTIFICATE', 'tls.cert'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS', 'does not speak TLS'],
    ['ERR_SSL_ANYTHING_ELSE', 'ERR_TLS', 'failed: cause'],
    ['ERR_TLS_ANYTHING_ELSE', 'ERR_TLS', 'failed: cause'],
    ['ECONNRESET', 'ERR_CONNECTION_FAILED', 'failed: cause'],
    ['toString', 'ERR_CONNECTION_FAILED', 'failed: cause'],
    ['__proto__', 'ERR_CONNECTION_FAILED', 'failed: cause'],
  ])('%s: %s', (nodeCode, code, words) => {
    const cause = failing(nodeCode)
    const error = connectionError(host, cause)
    expect(error).toMatchObject({ name: 'ConnectionError', code })
    expect(error.cause).toBe(cause)
    expect(error.message).toContain(host)
    expect(error.message).toContain(words)
  })

  it('OpenSSL’s words in an error of a write are found', () => {
    const openssl = (reason: string) =>
      `write EPROTO 80DC:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../ssl.c:350:\n`
    const error = (reason: string) => connectionError(host, failing('EPROTO', openssl(reason)))
    expect(error('wrong version number')).toMatchObject({
      code: 'ERR_TLS',
      message: expect.stringContaining('does not speak TLS'),
    })
    expect(error('sslv3 alert bad certificate').code).toBe('ERR_TLS_CLIENT_CERTIFICATE')
    expect(error('no cipher').code).toBe('ERR_TLS')
    expect(error('no cipher').message).not.toContain('\n')
    expect(connectionError(host, failing('EPROTO', 'write EPROTO')).code).toBe(
      'ERR_CONNECTION_FAILED',
    )
  })

  it('without a code, a failed connection', () => {
    expect(connectionError(host, new Error('socket hang up'))).toMatchObject({
      code: 'ERR_CONNECTION_FAILED',
      message: `the connection to ${host} failed: socket hang up`,
    })
  })
})

it('a server that takes too long is named with the option that says how long', () => {
  expect(handshakeTimeout(host, 200)).toMatchObject({
    name: 'ConnectionError',
    code: 'ERR_HANDSHAKE_TIMEOUT',
    message: `${host} did not answer within 200 ms (handshakeTimeout)`,
  })
})
