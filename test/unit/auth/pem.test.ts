import { expect, test } from 'vitest'
import { pemBlocks } from '../../../src/auth/pem.ts'
import { pem } from '../kubeconfig/pems.ts'

const labelsOf = (text: string | Uint8Array) => pemBlocks(text).map(({ label }) => label)

test.each([
  ['one block', pem('ca.pem'), ['CERTIFICATE']],
  ['bytes', Buffer.from(pem('ca.pem')), ['CERTIFICATE']],
  ['CRLF', pem('ca.pem').replaceAll('\n', '\r\n'), ['CERTIFICATE']],
  ['no line break at the end', pem('ca.pem').trimEnd(), ['CERTIFICATE']],
  [
    'text between blocks',
    `a\n${pem('ca.pem')}b\n${pem('client.pem')}`,
    ['CERTIFICATE', 'CERTIFICATE'],
  ],
  ['parameters in front of a key', pem('ec-with-params.key'), ['EC PARAMETERS', 'EC PRIVATE KEY']],
  ['a block cut off by another', `-----BEGIN X-----\nAA\n${pem('ca.pem')}`, ['CERTIFICATE']],
  ['a block without end', '-----BEGIN X-----\nAA\n', []],
  ['no PEM', 'MIIB', []],
])('%s', (_name, text, labels) => {
  expect(labelsOf(text)).toEqual(labels)
})

test('headers are seen', () => {
  expect(pemBlocks(pem('encrypted-legacy.key')).map(({ headers }) => headers)).toEqual([true])
})

test('4 MiB of beginnings take no time', () => {
  expect(labelsOf('-----BEGIN X-----\n'.repeat(220_000))).toEqual([])
})
