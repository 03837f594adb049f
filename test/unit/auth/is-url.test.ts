import { expect, test } from 'vitest'
import { isUrl } from '../../../src/auth/is-url.ts'

test.each([
  ['http://h', true],
  ['http://é', true],
  ['http://h:99999', false],
  ['h', false],
  ['', false],
])('%j: %j, however often it is asked', (text, expected) => {
  for (let times = 0; times < 50_000; times += 1) isUrl(text)
  expect(isUrl(text)).toBe(expected)
})
