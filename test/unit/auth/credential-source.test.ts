import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Auth } from '../../../src/auth/credential.ts'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import { AuthError } from '../../../src/errors.ts'

async function authorization(auth: Auth | undefined): Promise<string | undefined> {
  return (await credentialSource(auth).credential()).headers?.['Authorization']
}

describe('the Authorization header', () => {
  test('of nobody', async () => {
    expect(await authorization(undefined)).toBeUndefined()
  })

  test('of a token', async () => {
    expect(await authorization({ token: 't' })).toBe('Bearer t')
  })

  // Recorded from client-go.
  test.each([
    ['ü', 'p:w', 'Basic w7w6cDp3'],
    ['b', '', 'Basic Yjo='],
  ])('of %s with the password %j', async (username, password, header) => {
    expect(await authorization({ username, password })).toBe(header)
  })

  test('of a token file, which wins over a token', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podwire-'))
    const tokenFile = join(folder, 'token')
    const source = credentialSource({ tokenFile, token: 'fallback' })
    expect((await source.credential()).headers).toEqual({ Authorization: 'Bearer fallback' })
    await writeFile(tokenFile, 'T\n')
    expect((await source.credential()).headers).toEqual({ Authorization: 'Bearer T' })
    await rm(folder, { recursive: true })
  })

  test('of a function', async () => {
    expect(await authorization(async () => ({ headers: { Authorization: 'Custom x' } }))).toBe(
      'Custom x',
    )
  })
})

test('only what can change is refreshable', () => {
  const refreshable = (auth: Auth | undefined) => credentialSource(auth).refreshable
  expect([undefined, { token: 't' }, { username: 'u', password: 'p' }].map(refreshable)).toEqual([
    false,
    false,
    false,
  ])
  expect([{ tokenFile: '/t' }, async () => ({})].map(refreshable)).toEqual([true, true])
})

describe('refused, and not shown', () => {
  test.each([
    ['a token with a line break', { token: 's3cret\n' }],
    ['a fallback with a line break', { tokenFile: '/t', token: 's3cret\n' }],
    ['an empty token', { token: '' }],
    ['a user name with a colon', { username: 's3cret:', password: 's3cret' }],
  ])('%s', (_name, auth) => {
    expect(() => credentialSource(auth)).toThrow(AuthError)
    expect(() => credentialSource(auth)).not.toThrow(/s3cret/)
  })

  test('what is no auth at all', () => {
    expect(() => credentialSource({ secret: 's3cret' } as unknown as Auth)).toThrow(TypeError)
  })
})

test('neither a source nor its credential can be printed', async () => {
  const source = credentialSource({ token: 's3cret' })
  const credential = await source.credential()
  const shown = [source, credential].map(
    (value) => inspect(value, { depth: 20 }) + JSON.stringify(value),
  )
  expect(shown.join()).not.toContain('s3cret')
})

test.each<[string, unknown, string]>([
  ['a bare token', 's3cret', 'auth takes an object'],
  ['null', null, 'auth takes an object'],
  ['a list', ['s3cret'], 'auth takes an object'],
  ['a misspelt key', { tokn: 's3cret' }, "auth has no option 'tokn'"],
  ['two kinds', { token: 's3cret', username: 'u', password: 's3cret' }, 'and not both'],
  ['a lone password', { password: 's3cret' }, 'auth.password needs auth.username'],
  ['a token that is none', { token: 5 }, 'auth.token must be a string'],
])('%s is a TypeError that shows nothing of it', (_name, auth, message) => {
  const attempt = () => credentialSource(auth as never)
  expect(attempt).toThrow(TypeError)
  expect(attempt).toThrow(message)
  expect(attempt).not.toThrow('s3cret')
})
