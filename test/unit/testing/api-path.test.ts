import { expect, it } from 'vitest'
import { parseApiPath } from '../../../src/testing/api-path.ts'

it.each([
  ['/api/v1/pods', { namespace: null, pod: null, subresource: null }],
  ['/api/v1/namespaces/a/pods', { namespace: 'a', pod: null, subresource: null }],
  ['/api/v1/namespaces/a/pods/b', { namespace: 'a', pod: 'b', subresource: null }],
  ['/api/v1/namespaces/a/pods/b/exec', { namespace: 'a', pod: 'b', subresource: 'exec' }],
  ['/api/v1/namespaces/a/pods/b/exec/c', null],
  ['/api/v1/namespaces', null],
])('%s', (path, expected) => {
  expect(parseApiPath(path)).toEqual(expected)
})
