import { expect, test } from 'vitest'
import { noCluster } from '../../../src/kubeconfig/no-cluster.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'

const LOST = 'current-context: c\ncontexts: [{name: c, context: {cluster: ghost}}]'

test.each([
  ['no file', '', [], undefined, /^there is no kubeconfig/],
  ['no file of KUBECONFIG', '', [], '~/kc', /^none of the files that KUBECONFIG lists exists/],
  ['no current context', 'kind: Config', ['/kc'], undefined, /^no current-context is set in \/kc/],
  ['no such cluster', LOST, ['/kc'], undefined, /^the context "c" names the cluster "ghost"/],
])('%s', async (_name, text, files, list, message) => {
  const error = noCluster(await loadKubeconfig(text), {}, files, list)
  expect(error.code).toBe('ERR_KUBECONFIG_NOT_FOUND')
  expect(error.message).toMatch(message)
})

test('a cluster that is not there is told by its place', async () => {
  const text = LOST.replace('contexts', '# c\ncontexts')
  const error = noCluster(await loadKubeconfig(text, { path: '/a' }), {}, ['/a', '/b'])
  expect(error).toMatchObject({ file: '/a', line: 3, column: 41 })
  expect(error.field).toBe('contexts[0].context.cluster')
})
