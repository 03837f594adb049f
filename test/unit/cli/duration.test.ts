import { expect, it } from 'vitest'
import { parseDuration } from '../../../src/cli/duration.ts'

it.each([
  ['0', 0],
  ['5s', 5_000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['1.5s', 1_500],
  ['.5s', 500],
  ['2ms', 2],
  ['+3s', 3_000],
  ['-3s', -3_000],
  ['', null],
  ['5', null],
  ['s', null],
  ['5 s', null],
  ['5d', null],
  ['1s5', null],
])('%j', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})
