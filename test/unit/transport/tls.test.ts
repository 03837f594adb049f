import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { TlsConfig } from '../../../src/kubeconfig/cluster-config.ts'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'
import { tlsOptions } from '../../../src/transport/tls.ts'

const authority = createCertificateAuthority()
const commonName = { CN: 'api.example' }

/** A certificate for DNS names and addresses as Node hands it over. */
function certificate(...names: readonly string[]): PeerCertificate {
  const { cert } = authority.issueServerCertificate({ names })
  const { raw, subjectAltName: subjectaltname } = new X509Certificate(cert)
  return { raw, subject: commonName, subjectaltname } as unknown as PeerCertificate
}

describe('the name that is checked and sent', () => {
  it.each([
    ['the host', 'api.example', {}, 'api.example', 'api.example'],
    ['another one', '10.0.0.1', { serverName: 'api.example' }, 'api.example', 'api.example'],
    ['an address is not sent', '10.0.0.1', {}, '', '10.0.0.1'],
    ['nor an IPv6 address', '::1', {}, '', '0:0:0:0:0:0:0:1'],
    ['an address as serverName', 'api.example', { serverName: '10.0.0.1' }, '', '10.0.0.1'],
  ])('%s', (_name, hostname, tls, servername, names) => {
    const options = tlsOptions(tls, hostname, {})
    expect(options.servername).toBe(servername)
    expect(options.checkServerIdentity('ignored', certificate(names))).toBeUndefined()
    expect(options.checkServerIdentity('ignored', certificate('other.example'))).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  it('that does not match is an error that can be logged', () => {
    const { checkServerIdentity } = tlsOptions({}, 'api.example', {})
    const circular = { ...certificate('other.example'), issuerCertificate: {} }
    circular.issuerCertificate = circular
    const error = checkServerIdentity('api.example', circular as unknown as PeerCertificate)
    expect(JSON.stringify(error)).toBe('{"code":"ERR_TLS_CERT_ALTNAME_INVALID"}')
  })

  it('is never found in the common name', () => {
    const { checkServerIdentity } = tlsOptions({}, 'api.example', {})
    const without = { subject: commonName } as unknown as PeerCertificate
    for (const other of [without, certificate('10.0.0.1')]) {
      expect(checkServerIdentity('api.example', other)).toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
    }
  })
})

describe('what is verified', () => {
  it.each([
    [undefined, true],
    [false, true],
    ['true', true],
    [1, true],
    [true, false],
  ])('insecureSkipVerify: %s', (insecureSkipVerify, verified) => {
    const tls = { insecureSkipVerify } as { insecureSkipVerify: boolean }
    expect(tlsOptions(tls, 'h', {}).rejectUnauthorized).toBe(verified)
  })
})

describe('certificates', () => {
  const authority = createCertificateAuthority()
  const old = authority.issueClientCertificate('old')
  const fresh = authority.issueClientCertificate('fresh')
  const context = (tls: TlsConfig, credential = {}) =>
    tlsOptions(tls, 'h', credential).secureContext

  it('are taken as bytes or text', () => {
    const bytes = (pem: string) => new TextEncoder().encode(pem)
    expect(() =>
      context({ ca: bytes(authority.cert), cert: bytes(old.cert), key: old.key }),
    ).not.toThrow()
  })

  it('are parsed once for each configuration, until the credential brings another', () => {
    const tls = { ca: authority.cert, cert: old.cert, key: old.key }
    const first = context(tls)
    expect(context(tls)).toBe(first)
    const second = context(tls, fresh)
    expect(second).not.toBe(first)
    expect(context(tls, { ...fresh })).toBe(second)
    expect(context({ ...tls }, fresh)).not.toBe(second)
  })

  it('a key that does not belong to its certificate is refused', () => {
    expect(() => context({ cert: old.cert, key: fresh.key })).toThrow(/key values mismatch/)
  })

  it('a refusal says nothing of what was in them', () => {
    expect(() => context({ cert: 'hunter2', key: 'hunter2' })).toThrow(/^(?!.*hunter2)/)
  })
})
