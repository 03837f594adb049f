/** Rows in columns; the last column is as wide as it is. @param gap spaces between columns */
export function table(rows: readonly (readonly string[])[], gap = 3): string {
  const count = rows[0]?.length ?? 0
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((width, cells) => Math.max(width, cells[column]?.length ?? 0), 0),
  )
  const lines = rows.map((cells) =>
    cells.map((cell, column) => cell.padEnd((widths[column] ?? 0) + gap)).join(''),
  )
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
