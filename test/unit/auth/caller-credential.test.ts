import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { checkCredential } from '../../../src/auth/caller-credential.ts'
import { AuthError } from '../../../src/errors.ts'

test('everything a credential may hold', () => {
  const given = {
    headers: { Authorization: 'Bearer s3cret' },
    cert: 'CERT',
    key: new Uint8Array([1]),
    expiresAt: new Date(0),
  }
  const checked = checkCredential(given)
  expect({ ...checked, headers: { ...checked.headers } }).toEqual(given)
  expect(inspect(checked) + JSON.stringify(checked)).not.toContain('s3cret')
})

test('an empty one', () => {
  expect(checkCredential({}).headers).toEqual({})
})

test.each([
  ['nothing', undefined],
  ['a token as it is', 's3cret'],
  ['headers that are none', { headers: 's3cret' }],
  ['a header with a line break', { headers: { Authorization: 's3cret\r\nX: y' } }],
  ['a header that is a list', { headers: { Authorization: ['s3cret'] } }],
  ['a name with a line break', { headers: { 'A\r\nB': 's3cret' } }],
  ['a header of the handshake', { headers: { Upgrade: 's3cret' } }],
  ['a certificate without key', { cert: 's3cret' }],
  ['a key without certificate', { key: 's3cret' }],
  ['a key that is no PEM', { cert: 's3cret', key: 42 }],
  ['an invalid date', { expiresAt: new Date('s3cret') }],
  ['a date as text', { expiresAt: '2099-01-01' }],
])('%s is refused, and not shown', (_name, value) => {
  expect(() => checkCredential(value)).toThrow(AuthError)
  expect(() => checkCredential(value)).not.toThrow(/s3cret/)
})
