const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a duration as Go writes it, such as `1m30s` or `0`; `null` for what is none. */
export function parseDuration(text: string): number | null {
  const [, sign, rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (rest === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return null
  let sum = 0
  for (const [, number, unit = ''] of rest.matchAll(/([\d.]+)([a-zµμ]+)/g)) {
    sum += Number(number) * (units[unit] ?? 0)
  }
  return sign === '-' ? -sum : sum
}
