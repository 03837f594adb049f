const RFC3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-4]):[0-5]\d)$/

/** A time as Go reads it from JSON; `Date` alone would take a good many other forms. */
export function parseTimestamp(text: string): Date | undefined {
  if (!RFC3339.test(text)) return undefined
  const time = new Date(text.replace(',', '.'))
  return Number.isNaN(+time) ? undefined : time
}
