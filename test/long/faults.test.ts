import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { nameOf } from '../faults/cell.ts'
import { exclusions } from '../faults/exclusions.ts'
import { faults } from '../faults/faults.ts'
import { matrixCells, runMatrix, together } from '../faults/matrix.ts'
import { operations } from '../faults/operations.ts'
import { rules } from '../faults/rules.ts'
import { summary, withSummary } from '../faults/table.ts'

const cells = matrixCells()

it('the matrix has no rule and no exclusion for what there is not', () => {
  expect(new Set(cells.map(nameOf)).size).toBe(cells.length)
  expect(cells.length).toBeGreaterThan(600)
  const names = faults.map(({ name }) => name)
  const known = operations.map(({ name }) => name)
  expect(rules.flatMap((rule) => rule.faults.filter((name) => !names.includes(name)))).toEqual([])
  const named = rules.flatMap((rule) => rule.operations ?? [])
  expect(named.filter((name) => !known.includes(name))).toEqual([])
  expect(faults.filter(({ name }) => !cells.some(({ fault }) => fault === name))).toEqual([])
  const combinations = faults.flatMap(({ name: fault }) =>
    operations.flatMap(({ name: operation, plain, verified }) => [
      ...plain.map((subprotocol) => ({ fault, operation, verify: false, subprotocol })),
      ...verified.map((subprotocol) => ({ fault, operation, verify: true, subprotocol })),
    ]),
  )
  for (const { why, isOut } of exclusions) expect(combinations.some(isOut), why).toBe(true)
})

it('docs/reliability.md shows it', () => {
  const page = readFileSync('docs/reliability.md', 'utf8')
  expect(withSummary(page, summary(cells))).toBe(page)
})

it(`every fault comes to what it should, ${cells.length} cells`, async () => {
  const wrong: string[] = []
  await runMatrix(cells, together, ({ cell, differences }) => {
    if (differences.length > 0) wrong.push(`${nameOf(cell)}: ${differences.join('; ')}`)
  })
  expect(wrong.length, wrong.join('\n')).toBe(0)
})
