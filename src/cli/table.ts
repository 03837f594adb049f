/** Rows in columns as kubectl has them: three spaces between two, and six characters at least for a column with them. */
export function table(rows: readonly (readonly string[])[]): string {
  const count = rows[0]?.length ?? 0
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((width, cells) => Math.max(width, cells[column]?.length ?? 0), 0),
  )
  const lines = rows.map((cells) =>
    cells.map((cell, column) => cell.padEnd(Math.max((widths[column] ?? 0) + 3, 6))).join(''),
  )
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
