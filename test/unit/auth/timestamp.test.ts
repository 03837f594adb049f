import { expect, test } from 'vitest'
import { parseTimestamp } from '../../../src/auth/timestamp.ts'

test.each([
  ['2099-01-02T03:04:05Z', '2099-01-02T03:04:05.000Z'],
  ['2099-01-02T03:04:05.678901Z', '2099-01-02T03:04:05.678Z'],
  ['2099-01-02T03:04:05+02:30', '2099-01-02T00:34:05.000Z'],
])('%s', (text, time) => {
  expect(parseTimestamp(text)?.toISOString()).toBe(time)
})

test.each([
  '',
  '2099-01-02',
  '2099-01-02 03:04:05',
  '2099-01-02T03:04:05',
  '2099-13-02T03:04:05Z',
  '2099-01-02T24:00:00Z',
  '4070908800',
])('%j is none', (text) => {
  expect(parseTimestamp(text)).toBeUndefined()
})
