import { expect, test } from 'vitest'
import { checkOidcProvider, isIssuerUrl } from '../../../src/auth/oidc-provider.ts'

test.each(['https://idp', 'https://idp:8443/realm', 'https://[::1]/a/b/', 'HTTPS://idp'])(
  '%s is an issuer',
  (url) => {
    expect(isIssuerUrl(url)).toBe(true)
  },
)

test.each([
  'http://idp',
  'idp',
  'https://',
  'https://u:p@idp',
  'https://idp?q=1',
  'https://idp/#f',
  'https://idp /x',
  'https://idp:x',
  5,
])('%s is none', (url) => {
  expect(isIssuerUrl(url)).toBe(false)
})

const provider = { issuerUrl: 'https://idp', clientId: 'c' }

test.each([provider, { ...provider, clientSecret: 's', idToken: 'i', refreshToken: 'r', ca: 'p' }])(
  '%j',
  (value) => {
    expect(checkOidcProvider(value)).toBe(value)
  },
)

test.each([
  [null, ' must be'],
  [{ clientId: 'c' }, '.issuerUrl'],
  [{ ...provider, issuerUrl: 'http://s3cret' }, '.issuerUrl'],
  [{ ...provider, clientId: '' }, '.clientId'],
  [{ ...provider, clientSecret: ['s3cret'] }, '.clientSecret'],
  [{ ...provider, refreshToken: null }, '.refreshToken'],
])('%j is refused', (value, field) => {
  expect(() => checkOidcProvider(value)).toThrow(`auth.oidc${field}`)
  expect(() => checkOidcProvider(value)).not.toThrow(/s3cret/)
})
