import { expect, test } from 'vitest'
import { decodeText } from '../../../src/yaml/text.ts'
import { YamlError } from '../../../src/yaml/yaml-error.ts'

const littleEndian = Buffer.from('\ufeffa: ü', 'utf16le')
const bigEndian = Buffer.from(littleEndian).swap16()

test.each([
  ['UTF-8', Buffer.from('a: ü')],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffa: ü')],
  ['UTF-16LE', littleEndian],
  ['UTF-16BE', bigEndian],
])('%s', (_name, bytes) => {
  expect(decodeText(bytes)).toBe('a: ü')
})

test('an emoji, a tab and CRLF pass', () => {
  expect(decodeText(Buffer.from('a: 😀\t\r\n'))).toBe('a: 😀\t\r\n')
})

test.each([
  ['invalid UTF-8', Buffer.from([0x61, 0xff])],
  ['half a UTF-16 unit', Buffer.from([0xff, 0xfe, 0x61])],
  ['NUL', Buffer.from('a\0b')],
  ['an escape', Buffer.from('a\u001b[31mb')],
])('%s is refused', (_name, bytes) => {
  expect(() => decodeText(bytes)).toThrow(YamlError)
})
