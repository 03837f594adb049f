import { expect, it } from 'vitest'
import { split } from '../../../../src/testing/fault/status.ts'

it.each([
  ['abcdef', 2, ['abc', 'def']],
  ['abcde', 2, ['abc', 'de']],
  ['abc', 5, ['a', 'b', 'c']],
  ['abc', 1, ['abc']],
])('%s in %i', (text, parts, expected) => {
  expect(split(Buffer.from(text), parts).map(String)).toEqual(expected)
})
