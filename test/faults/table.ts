import type { Expected } from './cell.ts'
import { faults } from './faults.ts'
import type { CellResult, MatrixCell } from './matrix.ts'
import { operations } from './operations.ts'
import { expectedOf } from './rules.ts'

/** What a cell comes to, next to what it comes to without the fault. */
function label(cell: MatrixCell): string {
  const { expected } = cell
  const usual = expectedOf({ ...cell, fault: 'none' })
  const isRight = codeOf(expected) === codeOf(usual) && expected.output === usual.output
  const text = isRight ? 'right' : codeOf(expected)
  return expected.orLost === true && text !== 'CONNECTION_LOST' ? `${text} *` : text
}

function codeOf(expected: Expected): string {
  if (expected.outcome === 'exit') return `exit code ${expected.exitCode}`
  return expected.outcome === 'error' ? expected.code.replace('ERR_', '') : 'no end'
}

function tally(cells: readonly MatrixCell[]): string {
  const counts = new Map<string, number>()
  for (const cell of cells) counts.set(label(cell), (counts.get(label(cell)) ?? 0) + 1)
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([text, count]) => `${count} ${text}`)
    .join(', ')
}

/** A row per fault, as Markdown. */
export function summary(cells: readonly MatrixCell[]): string {
  const rows = faults.map(({ name }) => {
    const here = cells.filter(({ fault }) => fault === name)
    const column = (verify: boolean) => tally(here.filter((cell) => cell.verify === verify))
    return `| ${name} | ${column(false)} | ${column(true)} |`
  })
  const head = `| ${cells.length} cells | without \`verify\` | with \`verify\` |\n| --- | --- | --- |`
  return `${head}\n${rows.join('\n')}\n`
}

const short: Readonly<Record<string, string>> = {
  right: 'ok',
  CONNECTION_LOST: 'lost',
  CONNECTION_FAILED: 'failed',
  CONNECTION_REFUSED: 'closed',
  HANDSHAKE_TIMEOUT: 'slow',
  UPGRADE_REFUSED: 'refused',
  SUBPROTOCOL: 'proto',
  STATUS_MALFORMED: 'malf.',
  UNVERIFIED: 'unver.',
  NO_STATUS: 'no st.',
  TIMEOUT: 'time',
  'exit code 0': 'EXIT 0',
  PROTOCOL: 'viol.',
  STATUS: 'status',
}

function shortOf(text: string): string {
  const [plain = '', star] = text.split(' *')
  return `${short[plain] ?? plain}${star === undefined ? '' : '*'}`
}

const legend = `ok: as without the fault; *: or lost; lost: ERR_CONNECTION_LOST; failed: ERR_CONNECTION_FAILED; closed: ERR_CONNECTION_REFUSED;
slow: ERR_HANDSHAKE_TIMEOUT; refused: ERR_UPGRADE_REFUSED; proto: ERR_SUBPROTOCOL; malf.: ERR_STATUS_MALFORMED; unver.: ERR_UNVERIFIED;
no st.: ERR_NO_STATUS; time: ERR_TIMEOUT; viol.: ERR_PROTOCOL; status: ERR_STATUS; no end: until it was aborted; WRONG: not as expected`

/** A row per fault and a column per operation, for a terminal: what each came to on its protocols. */
export function fullTable(results: readonly CellResult[]): string {
  const columns = operations.flatMap((operation, i) =>
    [false, true].map((verify) => ({ operation, verify, name: `${i + 1}${verify ? 'v' : ''}` })),
  )
  const rows = faults.map(({ name }) => [
    name,
    ...columns.map(({ operation, verify }) => {
      const here = results.filter(
        ({ cell }) =>
          cell.fault === name && cell.operation === operation.name && cell.verify === verify,
      )
      const texts = here.map(({ cell, differences }) =>
        differences.length > 0 ? 'WRONG' : shortOf(label(cell)),
      )
      return [...new Set(texts)].join('/') || '-'
    }),
  ])
  const table = [['', ...columns.map(({ name }) => name)], ...rows]
  const widths = table[0]?.map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0))) ?? []
  const lines = table.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const names = operations.map(({ name }, i) => `${i + 1}: ${name}`).join('; ')
  return `${lines.join('\n')}\n\n${names}; v: with verify\n${legend}\n`
}

const begin = '<!-- The table is written by `npm run test:faults -- --write`. -->\n'
const end = '<!-- end of the table -->\n'

/** The page with this summary in its place. */
export function withSummary(page: string, text: string): string {
  const start = page.indexOf(begin)
  const stop = page.indexOf(end)
  if (start === -1 || stop < start) throw new Error('the page has no place for the table')
  return `${page.slice(0, start)}${begin}\n${text}\n${page.slice(stop)}`
}
