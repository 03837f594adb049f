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
  ['blanks at the end of lines', pem('ca.pem').replaceAll('\n', ' \t\n'), ['CERTIFICATE']],
  ['blanks in front of lines', pem('ca.pem').replaceAll(/^/gm, '  '), []],
  ['text behind the end', pem('ca.pem').replace(/\n$/, ' x\n'), []],
  ['no base64', pem('ca.pem').replace('\nM', '\n*'), []],
  ['another label at the end', pem('ca.pem').replace('END CERT', 'END CART'), []],
  [
    'a block behind a broken one',
    pem('ca.pem').replace('\nM', '\n*') + pem('ca.pem'),
    ['CERTIFICATE'],
  ],
])('%s', (_name, text, labels) => {
  expect(labelsOf(text)).toEqual(labels)
})

test('headers are seen', () => {
  expect(pemBlocks(pem('encrypted-legacy.key')).map(({ headers }) => headers)).toEqual([true])
})

test('OpenSSL sees no headers, which it does not take in certificates', () => {
  const [block] = pemBlocks(pem('ca.pem').replace('\n', '\nX-Header: 1\n\n'))
  expect(block).toEqual({ label: 'CERTIFICATE', headers: true, text: pem('ca.pem') })
})

test('OpenSSL reads what has blanks in it, as Go does', () => {
  const [block] = pemBlocks(pem('ca.pem').replaceAll('\n', ' \r\n').replace('\nM', '\n M'))
  expect(block?.text).toBe(pem('ca.pem'))
})

test('4 MiB of beginnings take no time', () => {
  expect(labelsOf('-----BEGIN X-----\n'.repeat(220_000))).toEqual([])
})
