import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import type { OidcProvider } from '../../../src/auth/oidc-provider.ts'
import type { Issuer } from './oidc-issuer.ts'
import { idToken, issuer, PROVIDER, refusal } from './oidc-issuer.ts'

const source = (at: Issuer | undefined, fields: Partial<OidcProvider>) =>
  credentialSource({ oidc: { ...PROVIDER, ...fields } }, at)

const header = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

test('an id-token that is good is used, and nobody is asked', async () => {
  const token = idToken(60)
  const at = issuer([])
  const credentials = source(at, { idToken: token, refreshToken: 'r' })
  expect(await credentials.credential()).toMatchObject(header(token))
  expect(await credentials.credential()).toBe(await credentials.credential())
  expect(at.requests).toEqual([])
})

test.each([
  ['has expired', idToken(-60)],
  ['is about to', idToken(9)],
  ['is not there', undefined],
])('one that %s is replaced once for all who ask', async (_name, old) => {
  const token = idToken(60, 'new')
  const at = issuer([{ id_token: token }])
  const credentials = source(at, { ...(old && { idToken: old }), refreshToken: 'r' })
  const both = await Promise.all([credentials.credential(), credentials.credential()])
  expect(both).toMatchObject([header(token), header(token)])
  expect(at.posts()).toHaveLength(1)
})

test('the refresh token that came last is the one to use', async () => {
  const at = issuer([
    { id_token: idToken(5), refresh_token: 'r2' },
    { id_token: idToken(5) },
    { id_token: idToken(5) },
  ])
  const credentials = source(at, { refreshToken: 'r1' })
  for (let i = 0; i < 3; i++) await credentials.credential()
  expect(at.posts().map((form) => form['refresh_token'])).toEqual(['r1', 'r2', 'r2'])
})

test('a rejected id-token is replaced though it has not expired', async () => {
  const [old, token] = [idToken(60, 'old'), idToken(60, 'new')]
  const credentials = source(issuer([{ id_token: token }]), { idToken: old, refreshToken: 'r' })
  const rejected = await credentials.credential()
  expect(credentials.refreshable).toBe(true)
  const both = [credentials.credential(rejected), credentials.credential(rejected)]
  expect(await Promise.all(both)).toMatchObject([header(token), header(token)])
})

test('without a refresh token there is an end', async () => {
  const credentials = source(issuer([]), { idToken: idToken(-60) })
  expect(credentials.refreshable).toBe(false)
  await expect(credentials.credential()).rejects.toThrow(
    /OIDC login with https:\/\/idp\/realm has expired, and there is no refresh-token/,
  )
})

test('without a way to ask there is one too', async () => {
  const credentials = source(undefined, { idToken: idToken(-60), refreshToken: 'r' })
  expect(credentials.refreshable).toBe(false)
  await expect(credentials.credential()).rejects.toMatchObject({
    code: 'ERR_CREDENTIALS_UNAVAILABLE',
  })
})

test('after a failure the next one asks again', async () => {
  const token = idToken(60)
  const at = issuer([refusal('temporarily_unavailable'), { id_token: token }])
  const credentials = source(at, { refreshToken: 'r' })
  await expect(credentials.credential()).rejects.toThrow('temporarily_unavailable')
  expect(await credentials.credential()).toMatchObject(header(token))
})

test('neither the source nor what it gives can be printed', async () => {
  const at = issuer([{ id_token: idToken(60), refresh_token: 's3cret' }])
  const credentials = source(at, { refreshToken: 's3cret', clientSecret: 's3cret' })
  const credential = await credentials.credential()
  const shown = inspect([credentials, credential], { depth: 20 }) + JSON.stringify(credential)
  expect(shown).not.toContain('s3cret')
})
