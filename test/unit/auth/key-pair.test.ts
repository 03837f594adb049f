import { expect, test } from 'vitest'
import { FieldError } from '../../../src/auth/field-error.ts'
import { checkKeyPair, isCertificate } from '../../../src/auth/key-pair.ts'
import { pemBlocks } from '../../../src/auth/pem.ts'
import { pem } from '../kubeconfig/pems.ts'

const NAMES = { cert: 'theCertificate', key: 'theKey' }
const cert = pem('client.pem')

// What is refused is tested with checkTls, which everything but plugins goes through.
test('blocks that do not count are dropped', () => {
  const key = pem('client.key')
  expect(checkKeyPair(`text\n${key}${cert}`, cert + key, NAMES)).toEqual({ cert, key })
})

test('the fields are called what the caller calls them', () => {
  expect(() => checkKeyPair(cert, pem('other.key'), NAMES)).toThrow(FieldError)
  expect(() => checkKeyPair(cert, pem('other.key'), NAMES)).toThrow(
    /^theKey does not belong to the first certificate in theCertificate/,
  )
})

test.each([
  [cert, true],
  ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', false],
])('whether it is a certificate', (text, is) => {
  expect(pemBlocks(text).map(isCertificate)).toEqual([is])
})
