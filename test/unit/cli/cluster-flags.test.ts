import { expect, it } from 'vitest'
import type { ClusterFlags } from '../../../src/cli/cluster-flags.ts'
import { connectOptions, loadOptions } from '../../../src/cli/cluster-flags.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

it.each<[ClusterFlags, object]>([
  [{}, { overrides: {} }],
  [
    { kubeconfig: 'f', context: 'c', cluster: 'k', user: 'u', namespace: 'n' },
    { kubeconfig: 'f', context: 'c', cluster: 'k', user: 'u', namespace: 'n', overrides: {} },
  ],
  [
    { server: 's', token: 't', 'tls-server-name': 'n', 'insecure-skip-tls-verify': true },
    { overrides: { server: 's', token: 't', tlsServerName: 'n', insecureSkipTlsVerify: true } },
  ],
  [
    { as: 'a', 'as-uid': '1', 'as-group': ['g', 'h'], 'as-user-extra': ['k=1', 'k=2=3', 'l='] },
    {
      overrides: {
        impersonate: {
          user: 'a',
          uid: '1',
          groups: ['g', 'h'],
          extra: { k: ['1', '2=3'], l: [''] },
        },
      },
    },
  ],
  [
    { 'certificate-authority': 'ca', 'client-certificate': 'c', 'client-key': 'k' },
    { overrides: { certificateAuthority: 'ca', clientCertificate: 'c', clientKey: 'k' } },
  ],
  [{ as: '' }, { overrides: {} }],
  [{ as: 'a' }, { overrides: { impersonate: { user: 'a' } } }],
])('%j', (flags, expected) => {
  expect(loadOptions(flags)).toEqual(expected)
})

it.each<ClusterFlags>([
  { 'as-group': ['g'] },
  { 'as-uid': '1' },
  { as: 'a', 'as-user-extra': ['x'] },
  { 'request-timeout': 'x' },
  { 'request-timeout': '-1s' },
])('%j is refused', (flags) => {
  expect(() => connectOptions(flags)).toThrow(UsageError)
})

it.each([
  [undefined, undefined],
  ['0', undefined],
  ['7', 7_000],
  ['1m', 60_000],
])('--request-timeout %s', (text, expected) => {
  const flags = text === undefined ? {} : { 'request-timeout': text }
  expect(connectOptions(flags).handshakeTimeout).toBe(expected)
})
