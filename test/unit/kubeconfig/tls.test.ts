import { describe, expect, test } from 'vitest'
import { checkTls } from '../../../src/kubeconfig/tls.ts'
import { pem } from './pems.ts'

const ca = pem('ca.pem')
const cert = pem('client.pem')
const key = pem('client.key')
const BAD = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

describe('a certificate authority', () => {
  test.each([
    ['behind a damaged block', BAD + ca],
    ['in front of one', ca + BAD],
    ['between other blocks and text', `text\n${key}${ca}more`],
    ['as bytes', Buffer.from(ca)],
  ])('%s is found', (_name, bundle) => {
    expect(checkTls({ ca: bundle })).toEqual({ ca })
  })

  test('every good one stays', () => {
    expect(checkTls({ ca: ca + BAD + cert })).toEqual({ ca: ca + cert })
  })

  test.each([
    ['nothing', '', /^tls\.ca is not PEM/],
    ['garbage', 'garbage', /^tls\.ca is not PEM/],
    ['a damaged block alone', BAD, /^tls\.ca holds no usable CERTIFICATE block/],
    ['a key', key, /^tls\.ca holds no usable CERTIFICATE block/],
    ['a trusted certificate', ca.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), /no usable/],
  ])('%s is none', (_name, bundle, message) => {
    expect(() => checkTls({ ca: bundle })).toThrow(RangeError)
    expect(() => checkTls({ ca: bundle })).toThrow(message)
  })

  test('does not go with insecureSkipVerify', () => {
    expect(() => checkTls({ ca, insecureSkipVerify: true })).toThrow(
      /insecureSkipVerify makes tls\.ca/,
    )
  })
})

describe('a client certificate', () => {
  test.each([
    ['PKCS#8', cert, key],
    ['SEC1 behind its parameters', cert, pem('ec-with-params.key')],
    ['a chain', cert + ca, key],
    ['certificate and key in one file', key + cert, cert + key],
    ['CRLF', cert.replaceAll('\n', '\r\n'), key.replaceAll('\n', '\r\n')],
    ['text in front', `Bag Attributes\n${cert}`, `Key Attributes\n${key}`],
    ['SEC1 labelled PRIVATE KEY', cert, mislabelled(pem('ec-with-params.key'))],
  ])('%s', (_name, certificate, privateKey) => {
    const checked = checkTls({ cert: certificate, key: privateKey })
    expect(String(checked.cert).startsWith(cert)).toBe(true)
    expect(String(checked.key)).toMatch(/^-----BEGIN (?:EC )?PRIVATE KEY-----\n/)
    expect(checkTls(checked)).toEqual(checked)
  })

  test.each([
    ['another key', cert, pem('other.key'), /tls\.key does not belong to the first certificate/],
    ['a key of another kind', cert, pem('rsa.key'), /tls\.key does not belong/],
    ['a chain that begins with the authority', ca + cert, key, /own must come first/],
    ['swapped', key, cert, /tls\.cert holds a private key .* swapped with tls\.key/],
    ['twice the certificate', cert, cert, /tls\.key holds a certificate instead of a private key/],
    ['no PEM', 'x', key, /tls\.cert holds no PEM certificate/],
    ['no PEM key', cert, 's3cret', /tls\.key holds no PEM private key/],
    ['a damaged certificate', BAD, key, /tls\.cert holds a damaged certificate/],
    ['an encrypted key', cert, pem('encrypted-pkcs8.key'), /is encrypted.*openssl pkey/],
    ['an encrypted key of the old kind', cert, pem('encrypted-legacy.key'), /is encrypted/],
    ['a damaged key', cert, BAD.replaceAll('CERTIFICATE', 'PRIVATE KEY'), /is damaged/],
    ['no key', cert, undefined, /tls\.cert is set without tls\.key/],
    ['no certificate', undefined, key, /tls\.key is set without tls\.cert/],
  ])('%s is refused', (_name, certificate, privateKey, message) => {
    const tls = {
      ...(certificate !== undefined && { cert: certificate }),
      ...(privateKey !== undefined && { key: privateKey }),
    }
    expect(() => checkTls(tls)).toThrow(RangeError)
    expect(() => checkTls(tls)).toThrow(message)
    expect(() => checkTls(tls)).not.toThrow(/s3cret/)
  })
})

test('the rest stays as it is', () => {
  const rest = { serverName: 'sn', insecureSkipVerify: true }
  expect(checkTls(rest)).toEqual(rest)
})

function mislabelled(text: string): string {
  return text.replaceAll('EC PRIVATE KEY', 'PRIVATE KEY')
}
