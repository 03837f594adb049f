/** A plain scalar's value; `not finite` is one that JSON, and so client-go, has no room for. */
export type PlainScalar = null | boolean | number | string | { readonly notFinite: true }

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL'])
const TRUES = words('y yes true on', 'Y')
const FALSES = words('n no false off', 'N')
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const FRACTION = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/

/**
 * What go-yaml v2 takes an unquoted scalar for (resolve.go): YAML 1.1 in most ways, and neither 1.1 nor 1.2 in all.
 * It decides whether `token: 1e5` is a string, so it must be right in every corner.
 */
export function resolvePlain(source: string): PlainScalar {
  if (NULLS.has(source)) return null
  if (TRUES.has(source)) return true
  if (FALSES.has(source)) return false
  if (NOT_FINITE.test(source)) return { notFinite: true }
  const first = source.charAt(0)
  if (first === '.') return FRACTION.test(source) ? float(source, source) : source
  if (!/[-+0-9]/.test(first)) return source
  const digits = source.replaceAll('_', '')
  return integer(digits) ?? (FLOAT.test(digits) ? float(digits, source) : source)
}

function words(lower: string, letter: string): ReadonlySet<string> {
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
  return new Set([
    letter,
    ...lower.split(' ').flatMap((word) => [word, capital(word), word.toUpperCase()]),
  ])
}

function integer(digits: string): number | undefined {
  const match = INTEGER.exec(digits)
  if (match === null) return undefined
  const [, sign = '', body = ''] = match
  const octal = /^0[0-7]+$/.test(body) ? `0o${body.slice(1)}` : body
  const magnitude = BigInt(octal.toLowerCase())
  const value = sign === '-' ? -magnitude : magnitude
  const inRange = value >= -(2n ** 63n) && value < 2n ** 64n
  return inRange ? Number(value) : undefined
}

/** go-yaml leaves a number too large for a float64 a string. */
function float(digits: string, source: string): number | string {
  const value = Number(digits)
  return Number.isFinite(value) ? value : source
}
