import { describe, expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/kubeconfig/load-options.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'
import { select } from '../../../src/kubeconfig/selection.ts'

const TEXT = `
current-context: a
clusters: [{name: k1, cluster: {server: one}}, {name: k2, cluster: {server: two}}]
users: [{name: u1, user: {token: t1}}, {name: u2, user: {token: t2}}]
contexts:
- {name: a, context: {cluster: k1, user: u1}}
- {name: b, context: {cluster: k2, user: ghost}}
- {name: lost, context: {cluster: ghost, user: u1}}
`

async function selected(options: LoadOptions, text = TEXT) {
  const { contextName, cluster, user } = select(await loadKubeconfig(text), options)
  return [contextName, cluster?.server, user?.token]
}

test.each([
  ['the current context', {}, ['a', 'one', 't1']],
  ['another context, whose user is not there', { context: 'b' }, ['b', 'two', undefined]],
  ['a context whose cluster is not there', { context: 'lost' }, ['lost', undefined, 't1']],
  ['another cluster and user', { cluster: 'k2', user: 'u2' }, ['a', 'two', 't2']],
])('%s', async (_name, options, expected) => {
  expect(await selected(options)).toEqual(expected)
})

test('no context at all', async () => {
  expect(await selected({ cluster: 'k1' }, TEXT.replace('current-context: a', ''))).toEqual([
    null,
    'one',
    undefined,
  ])
})

test('entries without a name select each other', async () => {
  const text = 'clusters: [{cluster: {server: s}}]\nusers: [{user: {token: t}}]\ncontexts: [null]'
  expect(await selected({}, text)).toEqual(['', 's', 't'])
})

describe('names that are not there', () => {
  test.each([
    [{ context: 'zzz' }, 'context', '"a", "b", "lost"'],
    [{ cluster: 'zzz' }, 'cluster', '"k1", "k2"'],
    [{ user: 'zzz' }, 'user', '"u1", "u2"'],
    [{ context: '__proto__' }, 'context', '"a"'],
  ])('%j', async (options, field, names) => {
    const failure = selected(options)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_KUBECONFIG_INVALID', field })
    await expect(failure).rejects.toThrow(names)
  })

  test('the current context', async () => {
    await expect(selected({}, 'current-context: zzz')).rejects.toMatchObject({
      field: 'current-context',
      message: 'the current-context "zzz" is not in the kubeconfig; there is none',
      line: 1,
      column: 18,
    })
  })
})
