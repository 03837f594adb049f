/** Prints a table: the first column to the left, the others to the right. */
export function printTable(title, header, rows) {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const [first, ...rest] = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  )
  console.log(`\n${title}\n\n${[first, '-'.repeat(first.length), ...rest].join('\n')}`)
}

/** `1.02 <= 1.10 ok`; an absent budget is the ratio alone. */
export function judged(value, budget, digits = 2) {
  const text = value.toFixed(digits)
  if (budget === undefined) return text
  const { atMost, atLeast } = budget
  const met = atMost !== undefined ? value <= atMost : value >= atLeast
  const bound =
    atMost !== undefined ? `<= ${atMost.toFixed(digits)}` : `>= ${atLeast.toFixed(digits)}`
  return `${text} ${bound} ${met ? 'ok' : 'MISSED'}`
}
