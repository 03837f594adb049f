import { chmod, lstat, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import type { OidcProvider } from '../../../src/auth/oidc-provider.ts'
import { saveTokens } from '../../../src/auth/token-store.ts'
import { idToken, issuer, PROVIDER } from './oidc-issuer.ts'
import type { Scratch } from './plugins.ts'
import { scratch } from './plugins.ts'

const KUBECONFIG = `# mine
current-context: c
users:
- name: other
  user: {token: t}
- name: u
  user:
    auth-provider:
      name: oidc
      config:
        client-id:   client # as registered
        idp-issuer-url: https://idp/realm
        id-token: old
        refresh-token: r1
`
const NEW = { idToken: 'i2', refreshToken: 'r2' }
const EDITED = KUBECONFIG.replace('id-token: old', 'id-token: "i2"').replace(
  'refresh-token: r1',
  'refresh-token: "r2"',
)

function providerIn(made: Scratch, name = 'kc'): OidcProvider {
  return { ...PROVIDER, origin: { file: made.file(name), field: 'users[1].user' } }
}

async function withKubeconfig(text = KUBECONFIG): Promise<Scratch> {
  const made = await scratch()
  await writeFile(made.file('kc'), text, { mode: 0o600 })
  return made
}

test('the two tokens change, and nothing else', async () => {
  await using made = await withKubeconfig()
  await chmod(made.file('kc'), 0o640)
  const { ino } = await stat(made.file('kc'))
  await saveTokens(providerIn(made), 'r1', NEW)
  expect(await made.read('kc')).toBe(EDITED)
  const after = await stat(made.file('kc'))
  expect(after.mode & 0o777).toBe(0o640)
  expect(after.ino).not.toBe(ino)
  expect(await readdir(made.path)).toEqual(['kc'])
})

test('a link stays a link', async () => {
  await using made = await withKubeconfig()
  await symlink('kc', made.file('link'))
  await saveTokens(providerIn(made, 'link'), 'r1', NEW)
  expect((await lstat(made.file('link'))).isSymbolicLink()).toBe(true)
  expect(await made.read('kc')).toBe(EDITED)
})

describe('a file is left alone that by now holds', () => {
  test.each([
    ['another login', KUBECONFIG.replace('r1', 'r9')],
    ['another client', KUBECONFIG.replace('client-id:   client', 'client-id: x')],
    ['another issuer', KUBECONFIG.replace('/realm', '/other')],
    ['another kind of login', KUBECONFIG.replace('name: oidc', 'name: x')],
    ['another user there', KUBECONFIG.replace('- name: other\n  user: {token: t}\n', '')],
    ['no users', 'users: null\n'],
  ])('%s', async (_name, text) => {
    await using made = await withKubeconfig(text)
    await saveTokens(providerIn(made), 'r1', NEW)
    expect(await made.read('kc')).toBe(text)
    expect(await readdir(made.path)).toEqual(['kc'])
  })
})

describe('what cannot be saved is said, and nothing is left behind', () => {
  test.each([
    ['an alias', KUBECONFIG.replace('id-token: old', 'id-token: &x old\n        x: *x'), /safely/],
    ['UTF-16', `\ufeff${KUBECONFIG}`, /plain UTF-8/],
    ['no YAML', 'users: [', /kc is indented/],
  ])('%s', async (_name, text, message) => {
    await using made = await withKubeconfig(text)
    await expect(saveTokens(providerIn(made), 'r1', NEW)).rejects.toThrow(message)
    expect(await made.read('kc')).toBe(text)
    expect(await readdir(made.path)).toEqual(['kc'])
  })

  test('a file that is gone', async () => {
    await using made = await withKubeconfig()
    await rm(made.file('kc'))
    await expect(saveTokens(providerIn(made), 'r1', NEW)).rejects.toThrow('does not exist')
    expect(await readdir(made.path)).toEqual([])
  })

  test('a file that kubectl holds on to', async () => {
    await using made = await withKubeconfig()
    await writeFile(made.file('kc.lock'), '')
    await expect(saveTokens(providerIn(made), 'r1', NEW)).rejects.toThrow('is locked by')
    expect(await readdir(made.path)).toEqual(['kc', 'kc.lock'])
  })
})

describe('a refresh', () => {
  const refreshing = async (made: Scratch, save: boolean) => {
    const tokens = { id_token: idToken(60), refresh_token: 'r2' }
    const oidc = { ...providerIn(made), refreshToken: 'r1' }
    const host = { ...issuer([tokens]), saveTokens: save }
    return { source: credentialSource({ oidc }, host), idToken: tokens.id_token }
  }

  test('is saved when that is asked for', async () => {
    await using made = await withKubeconfig()
    const { source, idToken: token } = await refreshing(made, true)
    await source.credential()
    expect(await made.read('kc')).toBe(EDITED.replace('i2', token))
  })

  test('is not when it is not', async () => {
    await using made = await withKubeconfig()
    await (await refreshing(made, false)).source.credential()
    expect(await made.read('kc')).toBe(KUBECONFIG)
  })

  test('that cannot be saved is told once; the tokens are good', async () => {
    await using made = await withKubeconfig()
    await rm(made.file('kc'))
    const { source } = await refreshing(made, true)
    const error = await source.credential().catch((e: Error) => e)
    expect(String(error)).toContain('could not be saved')
    expect(inspect(error, { depth: 20 })).not.toContain('s3cret')
    expect(await source.credential()).toHaveProperty('headers')
  })
})
