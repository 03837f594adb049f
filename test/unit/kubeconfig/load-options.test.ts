import { expect, test } from 'vitest'
import type { LoadOptions } from '../../../src/kubeconfig/load-options.ts'
import { checkLoadOptions } from '../../../src/kubeconfig/load-options.ts'

test('an empty string is absent', () => {
  expect(checkLoadOptions({ context: '', namespace: 'n', overrides: { token: '' } }, '/')).toEqual({
    namespace: 'n',
    overrides: {},
  })
})

test.each([
  [{ context: 1 }, 'context must be a string'],
  [{ overrides: { token: 1 } }, 'overrides.token must be a string'],
  [{ overrides: { sever: 'https://x' } }, "overrides has no option 'sever'"],
  [{ overrides: 5 }, 'overrides takes an object'],
  [{ overrides: null }, 'overrides takes an object'],
])('%j is of the wrong type', (options, message) => {
  const check = () => checkLoadOptions(options as unknown as LoadOptions, '/')
  expect(check).toThrow(TypeError)
  expect(check).toThrow(message)
})

test.each([
  [{ server: 'h:6443' }, /^overrides\.server must start with https/],
  [{ server: 'https://u:s3cret@h' }, /^overrides\.server must not hold a user name/],
  [{ proxyUrl: 's3cret' }, /^overrides\.proxyUrl must start with/],
])('%j is wrong, and not shown', (overrides, message) => {
  expect(() => checkLoadOptions({ overrides }, '/')).toThrow(RangeError)
  expect(() => checkLoadOptions({ overrides }, '/')).toThrow(message)
  expect(() => checkLoadOptions({ overrides }, '/')).not.toThrow(/s3cret/)
})
