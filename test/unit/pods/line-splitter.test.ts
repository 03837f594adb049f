import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from '../../../src/pods/line-splitter.ts'

function split(chunks: readonly Uint8Array[], maxLength = 100): string[] {
  const splitter = new LineSplitter(maxLength)
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]
}

test.each<[string, string[]]>([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['\n', ['']],
  ['a\n\nb', ['a', '', 'b']],
  ['a\r\nb\r', ['a\r', 'b\r']],
  ['\ufeffa\n', ['\ufeffa']],
])('%j', (text, lines) => expect(split([Buffer.from(text)])).toEqual(lines))

test.each<[string, number, string[]]>([
  ['abcd\n', 4, ['abcd']],
  ['abcde\n', 4, ['abcd', 'e']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['abc😀\n', 4, ['abc', '😀']],
  ['😀😀', 1, ['\ud83d', '\ude00', '\ud83d', '\ude00']],
])('%j in pieces of %i', (text, maxLength, lines) => {
  expect(split([Buffer.from(text)], maxLength)).toEqual(lines)
})

test('what is not UTF-8 is replaced, at the end too', () => {
  expect(split([Buffer.of(0x61, 0xff, 0x0a, 0xe2, 0x82)])).toEqual(['a\ufffd', '\ufffd'])
})

test('how the bytes are cut makes no difference', () => {
  const bytes = fc.uint8Array({ max: 255 }).map((array) => Buffer.from(array))
  const text = fc.string({ unit: 'grapheme' }).map((value) => Buffer.from(`${value}\n`))
  const chunks = fc.array(fc.oneof(bytes, text))
  fc.assert(
    fc.property(chunks, fc.integer({ min: 2, max: 9 }), (parts, maxLength) => {
      const whole = split([Buffer.concat(parts)], maxLength)
      expect(split(parts, maxLength)).toEqual(whole)
      const single = [...Buffer.concat(parts)].map((byte) => Buffer.of(byte))
      expect(split(single, maxLength)).toEqual(whole)
      for (const line of whole) expect(line.length).toBeLessThanOrEqual(maxLength)
    }),
  )
})
