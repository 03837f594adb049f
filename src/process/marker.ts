import { randomBytes } from 'node:crypto'

/**
 * What a wrapper prints behind a command, and nothing else prints: 128 random bits.
 *
 * It travels to the container in two parts that only the printing joins, so that a listing of the processes there does
 * not hold it.
 */
export interface Marker {
  readonly parts: readonly [string, string]
  readonly bytes: Buffer
}

/**
 * What begins the marker. Hardly any output holds this control character, and nothing typed at a terminal shows it: so
 * next to nothing is ever held back as the possible beginning of the marker.
 */
const recordSeparator = '\x1e'

export function newMarker(): Marker {
  const digits = randomBytes(16).toString('hex')
  const parts = [recordSeparator + digits.slice(0, 16), digits.slice(16)] as const
  return { parts, bytes: Buffer.from(parts.join('')) }
}
