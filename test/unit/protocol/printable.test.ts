import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable } from '../../../src/protocol/printable.ts'
import { anyString } from '../../support/arbitrary.ts'

test.each([
  ['', ''],
  ['container not found ("c")', 'container not found ("c")'],
  [
    'you must specify at least 1 of stdin, stdout, stderr\n',
    'you must specify at least 1 of stdin, stdout, stderr',
  ],
  ['a\r\nb\tc', 'a b c'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['\u009b2Jcleared\u007f', '2Jcleared'],
  ['é 日本語 😀', 'é 日本語 😀'],
  ['\0\u0007', ''],
])('%j becomes %j', (text, expected) => {
  expect(printable(text)).toBe(expected)
})

test('is cut after 4,096 characters', () => {
  expect(printable('x'.repeat(4096))).toBe('x'.repeat(4096))
  expect(printable('x'.repeat(4097))).toBe(`${'x'.repeat(4096)}…`)
})

test('any text: one line without control characters', () => {
  fc.assert(
    fc.property(anyString, (text) => {
      expect(printable(text)).toMatch(/^[^\p{Cc}]*$/u)
      expect(printable(text).length).toBeLessThanOrEqual(4097)
    }),
  )
})
