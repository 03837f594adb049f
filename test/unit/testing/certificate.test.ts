import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'

const authority = createCertificateAuthority()
const ca = new X509Certificate(authority.cert)
const names = ['127.0.0.1', '::1', 'localhost']

it('the authority is one, signed by itself', () => {
  expect(ca.ca).toBe(true)
  expect(ca.subject).toBe('CN=podwire test CA')
  expect(ca.verify(ca.publicKey)).toBe(true)
})

it('a server certificate is for its names', () => {
  const { cert, key } = authority.issueServerCertificate({ names })
  const certificate = new X509Certificate(cert)
  expect(certificate.ca).toBe(false)
  expect(certificate.checkIssued(ca)).toBe(true)
  expect(certificate.verify(ca.publicKey)).toBe(true)
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(certificate.subjectAltName).toBe(
    'IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost',
  )
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
})

it('the time of validity is to the second', () => {
  const notBefore = new Date('2020-01-02T03:04:05Z')
  const notAfter = new Date('2021-01-02T03:04:05Z')
  const { cert } = authority.issueServerCertificate({ names, notBefore, notAfter })
  const { validFrom, validTo } = new X509Certificate(cert)
  expect([validFrom, validTo]).toEqual(['Jan  2 03:04:05 2020 GMT', 'Jan  2 03:04:05 2021 GMT'])
})

it('a client certificate names its user', () => {
  const certificate = new X509Certificate(authority.issueClientCertificate('J\u00fcrgen').cert)
  // Not by toLegacyObject(), which leaves a process that has not loaded node:tls without tls.createSecureContext.
  expect(certificate.subject).toBe('CN=J\u00fcrgen')
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
})

it('serial numbers differ', () => {
  const serial = (): string =>
    new X509Certificate(authority.issueClientCertificate('a').cert).serialNumber
  expect(serial()).not.toBe(serial())
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
}

it.skipIf(!hasOpenssl())('openssl accepts them strictly (needs openssl)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podwire-certificate-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, authority.cert)
  const verify = (purpose: string, cert: string): string => {
    const file = join(folder, 'leaf.pem')
    writeFileSync(file, cert)
    const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', caFile, file]
    return execFileSync('openssl', args, { encoding: 'utf8' })
  }
  expect(verify('sslserver', authority.issueServerCertificate({ names }).cert)).toMatch(/: OK\n$/)
  expect(verify('sslclient', authority.issueClientCertificate('someone').cert)).toMatch(/: OK\n$/)
  rmSync(folder, { recursive: true })
})
