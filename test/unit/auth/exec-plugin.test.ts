import { expect, test } from 'vitest'
import { checkExecPlugin } from '../../../src/auth/exec-plugin.ts'

const apiVersion = 'client.authentication.k8s.io/v1'
const plugin = { apiVersion, command: 'p' }

test.each([
  plugin,
  { ...plugin, apiVersion: `${apiVersion}beta1` },
  { ...plugin, args: ['a'], env: { A: 'b' }, interactiveMode: 'Never', installHint: 'h' },
  { ...plugin, cluster: { server: 'https://h' } },
])('%j', (value) => {
  expect(checkExecPlugin(value)).toBe(value)
})

test.each([
  [null, ' must be an object'],
  [{ command: 'p' }, '.apiVersion'],
  [{ ...plugin, apiVersion: `${apiVersion}alpha1` }, '.apiVersion'],
  [{ apiVersion }, '.command'],
  [{ ...plugin, command: '' }, '.command'],
  [{ ...plugin, args: 's3cret' }, '.args'],
  [{ ...plugin, args: ['s3cret', 1] }, '.args'],
  [{ ...plugin, env: null }, '.env'],
  [{ ...plugin, env: { A: 's3cret', B: 1 } }, '.env'],
  [{ ...plugin, interactiveMode: 's3cret' }, '.interactiveMode'],
  [{ ...plugin, installHint: 1 }, '.installHint'],
  [{ ...plugin, cluster: null }, '.cluster'],
])('%j is refused', (value, field) => {
  expect(() => checkExecPlugin(value)).toThrow(TypeError)
  expect(() => checkExecPlugin(value)).toThrow(`auth.exec${field}`)
  expect(() => checkExecPlugin(value)).not.toThrow(/s3cret/)
})
