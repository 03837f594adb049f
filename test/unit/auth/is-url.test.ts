import { expect, test } from 'vitest'
import { isUrl } from '../../../src/auth/is-url.ts'

test.each([
  ['http://h', true],
  ['http://é', true],
  ['http://h:99999', false],
  ['h', false],
  ['', false],
])('%j: %j, however often it is asked', (text, expected) => {
  // Enough for V8 to optimize it: `URL.canParse` is wrong behind 10,000 in Node 20.
  for (let times = 0; times < 50_000; times += 1) isUrl('http://é')
  expect(isUrl(text)).toBe(expected)
})
