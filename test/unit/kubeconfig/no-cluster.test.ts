import { expect, test } from 'vitest'
import { noCluster } from '../../../src/kubeconfig/no-cluster.ts'
import { loadKubeconfig } from '../../../src/kubeconfig/parse.ts'

const LOST = 'current-context: c\ncontexts: [{name: c, context: {cluster: ghost}}]'

test.each([
  ['no file', '', [], undefined, /^There is no kubeconfig/],
  ['no file of KUBECONFIG', '', [], '~/kc', /^None of the files that KUBECONFIG lists exists/],
  ['no current context', 'kind: Config', ['/kc'], undefined, /^No current-context is set in \/kc/],
  ['no such cluster', LOST, ['/kc'], undefined, /^The context "c" names the cluster "ghost"/],
])('%s', async (_name, text, files, list, message) => {
  const error = noCluster(await loadKubeconfig(text), {}, files, list)
  expect(error.code).toBe('ERR_KUBECONFIG_NOT_FOUND')
  expect(error.message).toMatch(message)
})
