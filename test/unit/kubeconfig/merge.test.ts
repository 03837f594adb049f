import { describe, expect, test } from 'vitest'
import { mergeKubeconfigs } from '../../../src/kubeconfig/merge.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'

async function merge(files: Readonly<Record<string, string>>, cwd = '/cwd') {
  const documents = Object.entries(files).map(([path, text]) => loadKubeconfig(text, { path }))
  return mergeKubeconfigs(await Promise.all(documents), cwd)
}

test('nothing', () => {
  expect(mergeKubeconfigs([], '/')).toMatchObject({ file: undefined, currentContext: undefined })
})

test('the first current-context that is not empty', async () => {
  const merged = await merge({
    '/a': 'current-context: ""',
    '/b': 'current-context: b',
    '/c': 'current-context: c',
  })
  expect(merged).toMatchObject({ file: '/b', currentContext: 'b' })
})

test('the first entry of a name, as a whole', async () => {
  const { contexts } = await merge({
    '/a': 'contexts: [{name: c, context: {cluster: a}}]',
    '/b': 'contexts: [{name: c, context: {cluster: b, namespace: b}}, {name: d}]',
  })
  expect(contexts.get('c')).toMatchObject({ cluster: 'a', namespace: undefined })
  expect(contexts.get('d')).toMatchObject({ origin: { file: '/b', field: 'contexts[1].context' } })
})

describe('paths', () => {
  const user = (fields: string) => `users: [{name: u, user: {${fields}}}]`

  test.each([
    ['from the folder of their file', '/d/kc', 'tok', '/d/tok'],
    ['of a relative kubeconfig', 'sub/../kc', 'x/../tok', '/cwd/tok'],
    ['that are absolute', '/d/kc', '/e/tok', '/e/tok'],
    ['with a tilde', '/d/kc', '~/tok', '/d/~/tok'],
  ])('%s', async (_name, path, tokenFile, expected) => {
    const { users } = await merge({ [path]: user(`tokenFile: ${tokenFile}`) })
    expect(users.get('u')?.tokenFile).toBe(expected)
  })

  test('of certificates', async () => {
    const merged = await merge({
      '/a/kc': 'clusters: [{name: k, cluster: {certificate-authority: ca}}]',
      '/b/kc': user('client-certificate: c, client-key: k'),
    })
    expect(merged.clusters.get('k')?.certificateAuthority).toBe('/a/ca')
    expect(merged.users.get('u')).toMatchObject({ clientCertificate: '/b/c', clientKey: '/b/k' })
  })

  test.each([
    ['./plug', '/d/plug'],
    ['bin/plug', '/d/bin/plug'],
    ['plug', 'plug'],
    ['..', '..'],
  ])('of the plugin %s', async (command, expected) => {
    const { users } = await merge({ '/d/kc': user(`exec: {command: ${command}}`) })
    expect(users.get('u')?.exec?.command).toBe(expected)
  })

  test('of a text that came from no file', async () => {
    const merged = mergeKubeconfigs([await loadKubeconfig(user('tokenFile: tok'))], '/cwd')
    expect(merged.users.get('u')?.tokenFile).toBe('/cwd/tok')
    // client-go cleans the path first, and so looks for a bare name in PATH.
    const plugin = mergeKubeconfigs([await loadKubeconfig(user('exec: {command: ./plug}'))], '/cwd')
    expect(plugin.users.get('u')?.exec?.command).toBe('/cwd/plug')
  })
})
