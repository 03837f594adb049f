import { expect, it } from 'vitest'
import { parseApiPath } from '../../../src/testing/api-path.ts'

const pods = { group: '', resource: 'pods', namespace: null, name: null, subresource: null }

it.each([
  ['/api/v1/pods', pods],
  ['/api/v1/namespaces/a/pods', { ...pods, namespace: 'a' }],
  ['/api/v1/namespaces/a/pods/b', { ...pods, namespace: 'a', name: 'b' }],
  ['/api/v1/namespaces/a/pods/b/exec', { ...pods, namespace: 'a', name: 'b', subresource: 'exec' }],
  [
    '/apis/apps/v1/namespaces/a/deployments/b',
    { group: 'apps', resource: 'deployments', namespace: 'a', name: 'b', subresource: null },
  ],
  ['/api/v1/namespaces/a/pods/b/exec/c', null],
  ['/api/v1/pods/b', null],
  ['/apis/other/v1/pods', null],
  ['/version', null],
])('%s', (path, expected) => {
  expect(parseApiPath(path)).toEqual(expected)
})
