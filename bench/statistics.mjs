export function median(values) {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median of the ratios of what was measured in the same round: what else the machine did counts less so. */
export function ratio(values, references) {
  return median(values.map((value, round) => value / references[round]))
}

/** `median (min-max)` */
export function spread(values, digits = 0) {
  const text = (value) => value.toFixed(digits)
  return `${text(median(values))} (${text(Math.min(...values))}-${text(Math.max(...values))})`
}
