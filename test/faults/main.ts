/** `npm run test:faults`: the whole matrix as a table. `--write` also brings docs/reliability.md up to date. */
import { readFile, writeFile } from 'node:fs/promises'
import { nameOf } from './cell.ts'
import type { CellResult } from './matrix.ts'
import { matrixCells, runMatrix, together } from './matrix.ts'
import { fullTable, summary, withSummary } from './table.ts'

const page = 'docs/reliability.md'

async function main(): Promise<void> {
  const [argument] = process.argv.slice(2)
  const only = argument === '--write' ? '' : (argument ?? '')
  const all = matrixCells()
  const cells = all.filter((cell) => nameOf(cell).includes(only))
  const start = performance.now()
  const results: CellResult[] = []
  await runMatrix(cells, together, (result) => {
    results.push(result)
    const { cell, differences, observed } = result
    if (differences.length === 0) return
    const milliseconds = Math.round(observed.milliseconds)
    process.stdout.write(`WRONG ${nameOf(cell)}: ${differences.join('; ')} (${milliseconds} ms)\n`)
  })
  process.stdout.write(fullTable(results))
  const wrong = results.filter(({ differences }) => differences.length > 0).length
  const seconds = ((performance.now() - start) / 1_000).toFixed(0)
  process.stdout.write(`${cells.length} cells, ${wrong} wrong, ${seconds} s\n`)
  if (argument === '--write') {
    await writeFile(page, withSummary(await readFile(page, 'utf8'), summary(all)))
  }
  process.exitCode = wrong === 0 ? 0 : 1
}

void main()
