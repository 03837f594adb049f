import { expect, it } from 'vitest'
import { answerDiscovery, generationOf, minorVersion } from '../../../src/testing/discovery.ts'

function answer(path: string) {
  const answered = answerDiscovery(path, 'v1.36.2-gke.1')
  return answered && JSON.parse(Buffer.from(answered.body).toString())
}

it('the version says when v5 came, and where it is answered', () => {
  expect(minorVersion('v1.36.2-gke.1')).toBe(36)
  expect(['v1.29.9', 'v1.30.0', 'v1.35.6', 'v1.36.0'].map(generationOf)).toEqual([
    'runtime',
    'api-server',
    'api-server',
    'kubelet',
  ])
})

it('lists what kubectl asks for', () => {
  expect(answer('/version')).toMatchObject({ gitVersion: 'v1.36.2-gke.1', minor: '36' })
  expect(answer('/apis')).toMatchObject({
    kind: 'APIGroupList',
    groups: [{ name: 'apps' }, { name: 'batch' }],
  })
  const names = (path: string) =>
    answer(path).resources.map(({ name }: { name: string }) => name.replace(/^pods\//, '…/'))
  expect(names('/api/v1').join()).toBe(
    'pods,services,replicationcontrollers,…/attach,…/exec,…/log,…/portforward',
  )
  expect(names('/apis/apps/v1').join()).toBe('deployments,replicasets,statefulsets,daemonsets')
  expect(names('/apis/batch/v1')).toEqual(['jobs'])
  expect(answer('/openapi/v2')).toBeNull()
})
