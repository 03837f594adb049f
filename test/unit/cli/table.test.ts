import { expect, it } from 'vitest'
import { table } from '../../../src/cli/table.ts'

it('has columns of six characters at least, and nothing at the ends of lines', () => {
  expect(
    table([
      ['NAME', 'N', 'AGE'],
      ['a-long-name', '1', ''],
    ]),
  ).toBe(['NAME          N     AGE', 'a-long-name   1', ''].join('\n'))
})

it('of nothing is nothing', () => {
  expect(table([])).toBe('')
})
