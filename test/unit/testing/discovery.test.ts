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
  expect(answer('/apis')).toMatchObject({ kind: 'APIGroupList', groups: [] })
  const names = answer('/api/v1').resources.map(({ name }: { name: string }) => name)
  expect(names).toEqual(['pods', 'pods/attach', 'pods/exec', 'pods/log', 'pods/portforward'])
  expect(answer('/openapi/v2')).toBeNull()
})
