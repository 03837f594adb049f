import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { KubeconfigError } from '../../../src/errors.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { kubeconfig } from './folder.ts'

test('a document keeps its own names, and where its entries stand', async () => {
  const text = kubeconfig({
    cluster: 'tls-server-name: sn',
    user: 'token: t',
    context: 'namespace: shop',
  })
  const document = await loadKubeconfig(text, { path: '/kc' })
  expect(document).toMatchObject({ file: '/kc', currentContext: 'c' })
  expect(document.clusters.get('k')).toMatchObject({
    server: 'https://h:6443',
    tlsServerName: 'sn',
    origin: { file: '/kc', field: 'clusters[0].cluster' },
  })
  expect(document.users.get('u')).toMatchObject({ token: 't', origin: { field: 'users[0].user' } })
  expect(document.contexts.get('c')).toMatchObject({ cluster: 'k', user: 'u', namespace: 'shop' })
})

test('an empty text is an empty document', async () => {
  const document = await loadKubeconfig('')
  expect(document).toMatchObject({ file: undefined, currentContext: undefined })
  expect(document.users.size).toBe(0)
})

test('a null item is an entry without name', async () => {
  const document = await loadKubeconfig('clusters: [null]')
  expect([...document.clusters.keys()]).toEqual([''])
})

test('extensions are any JSON', async () => {
  const { clusters } = await loadKubeconfig(
    kubeconfig({ cluster: 'extensions: [{name: a, extension: {list: [1]}}, {name: b}]' }),
  )
  expect(JSON.stringify([...(clusters.get('k')?.extensions ?? [])])).toBe(
    '[["a",{"list":[1]}],["b",null]]',
  )
})

describe('refused', () => {
  test.each([
    ['another kind', 'kind: Pod', 'kind'],
    ['another kind in other letters', 'KIND: Pod', 'KIND'],
    ['another version in other letters', 'ApiVersion: v2', 'ApiVersion'],
    ['another apiVersion', 'apiVersion: v2', 'apiVersion'],
    ['a list of another type', 'users: {}', 'users'],
    ['a name that is no string', 'users: [{name: 1}]', 'users[0].name'],
    ['a name twice', 'clusters: [{name: a}, {name: a}]', 'clusters[1].name'],
    ['no name twice', 'contexts: [null, {}]', 'contexts[1].name'],
    ['an extension twice', 'extensions: [{name: a}, {name: a}]', 'extensions[1].name'],
    ['preferences that are a list', 'preferences: []', 'preferences'],
    ['an extension of a user', 'users: [{user: {extensions: [1]}}]', 'users[0].user.extensions[0]'],
  ])('%s', async (_name, text, field) => {
    await expect(loadKubeconfig(text)).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_INVALID',
      field,
    })
  })

  test('a text beyond 16 MiB', async () => {
    await expect(loadKubeconfig('#'.repeat(16 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_SYNTAX',
    })
  })
})

describe('no secret is shown', () => {
  test('by a document', async () => {
    const document = await loadKubeconfig(
      kubeconfig({
        cluster: 'proxy-url: "http://u:s3cret@p"',
        user:
          'token: s3cret, password: s3cret, client-key-data: czNjcmV0, ' +
          'exec: {args: [s3cret], env: [{name: A, value: s3cret}]}, ' +
          'auth-provider: {name: oidc, config: {id-token: s3cret}}',
      }),
    )
    const shown = inspect(document, { depth: 20 }) + JSON.stringify([...document.users])
    expect(shown).not.toMatch(/s3cret|czNjcmV0|73 33 63/)
  })

  test.each([
    'users: [{name: u, user: {token: "s3cret',
    'users: [{name: s3cret, user: {token: s3cret}}, {name: s3cret, user: {token: s3cret}}]',
    'users: [{name: u, user: {token: [s3cret]}}]',
    'users: [{name: u, user: {token: {s3cret: s3cret}}}]',
    'users: [{name: u, user: {client-key-data: s3cret}}]',
    'users: [{name: u, user: {token: !s3cret s3cret}}]',
    'users: [{name: u, user: {token: *s3cret}}]',
    'users: [{name: u, user: s3cret}]',
    'users: s3cret',
    's3cret',
    'users:\n\t- s3cret',
    'kind: s3cret',
    '{? [s3cret] : s3cret}',
    'token: s3cret\n  bad: s3cret: s3cret',
  ])('by the error for %j', async (text) => {
    const error = await loadKubeconfig(text).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(KubeconfigError)
    const { stack } = error as Error
    const shown = [inspect(error, { depth: 20 }), String(error), JSON.stringify(error), stack]
    expect(shown.join()).not.toContain('s3cret')
  })
})
