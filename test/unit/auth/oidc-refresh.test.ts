import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { OidcProvider } from '../../../src/auth/oidc-provider.ts'
import { refreshOidc } from '../../../src/auth/oidc-refresh.ts'
import type { Issuer } from './oidc-issuer.ts'
import { issuer, PROVIDER, refusal } from './oidc-issuer.ts'

const WITH_SECRET: OidcProvider = { ...PROVIDER, clientSecret: 's3cret:%' }
const FORM = { grant_type: 'refresh_token', refresh_token: 's3cret-r' }

async function refresh(at: Issuer, provider = PROVIDER) {
  return refreshOidc(provider, 's3cret-r', at.fetchText ?? expect.unreachable())
}

describe('a refresh', () => {
  test('asks the issuer where, and there for tokens', async () => {
    const at = issuer([{ id_token: 'i', refresh_token: 'r2' }])
    const provider = { ...PROVIDER, issuerUrl: 'https://idp/realm/', ca: 'PEM' }
    expect(await refresh(at, provider)).toEqual({ idToken: 'i', refreshToken: 'r2' })
    expect(at.requests.map(({ method, url, ca }) => [method, url, ca])).toEqual([
      ['GET', 'https://idp/realm/.well-known/openid-configuration', 'PEM'],
      ['POST', 'https://idp/token', 'PEM'],
    ])
    expect(at.posts()).toEqual([{ ...FORM, client_id: 'client' }])
  })

  test('may leave the refresh token as it is', async () => {
    expect(await refresh(issuer([{ id_token: 'i' }]))).toEqual({
      idToken: 'i',
      refreshToken: undefined,
    })
  })

  test('sends the secret in a header, encoded', async () => {
    const at = issuer([{ id_token: 'i' }])
    await refresh(at, WITH_SECRET)
    const header = at.requests[1]?.headers['Authorization'] ?? ''
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe(
      'client:s3cret%3A%25',
    )
    expect(at.posts()).toEqual([FORM])
  })

  test.each([
    ['after a refusal of that', [refusal('invalid_client'), { id_token: 'i' }], {}],
    [
      'at once where the issuer wants that',
      [{ id_token: 'i' }],
      { token_endpoint_auth_methods_supported: ['client_secret_post'] },
    ],
  ])('sends it in the body %s', async (_name, answers, discovery) => {
    const at = issuer(answers, discovery)
    await refresh(at, WITH_SECRET)
    const body = { ...FORM, client_id: 'client', client_secret: 's3cret:%' }
    expect(at.posts().at(-1)).toEqual(body)
  })

  test('is not tried twice with a refresh token that is no longer good', async () => {
    const at = issuer([refusal('invalid_grant')])
    await expect(refresh(at, WITH_SECRET)).rejects.toThrow('400 (invalid_grant); log in again')
    expect(at.posts()).toHaveLength(1)
  })
})

describe('a failure names the issuer and shows nothing else', () => {
  test.each([
    ['no answer', issuer([new Error('network')]), 'cannot be reached'],
    ['no JSON', issuer([{ status: 200, text: '{"id_token":"s3cret' }]), 'not a JSON object'],
    ['a list', issuer([['s3cret']]), 'not a JSON object'],
    ['no id_token', issuer([{ access_token: 's3cret' }]), 'gave no id_token'],
    ['a refusal', issuer([refusal('invalid_grant')]), '400 (invalid_grant)'],
    ['a refusal in other words', issuer([refusal('s3cret!')]), 'with 400; log in again'],
    ['a redirect', issuer([{ status: 302, text: 's3cret' }]), 'with 302; log in again'],
    ['no endpoint', issuer([], { token_endpoint: 5 }), 'names no token_endpoint'],
    ['http', issuer([], { token_endpoint: 'http://idp/s3cret' }), 'starts with https://'],
    ['a password', issuer([], { token_endpoint: 'https://u:s3cret@i' }), 'token_endpoint'],
  ])('%s', async (_name, at, message) => {
    const error = await refresh(at).catch((e: Error) => e)
    expect(error).toMatchObject({ code: 'ERR_CREDENTIALS_UNAVAILABLE' })
    expect(String(error)).toContain('the OIDC issuer https://idp/realm ')
    expect(String(error)).toContain(message)
    expect(inspect(error, { depth: 20 })).not.toContain('s3cret')
  })
})
