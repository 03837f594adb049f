import type { Pem } from './credential.ts'

export interface PemBlock {
  /** Such as `CERTIFICATE`. */
  readonly label: string
  /** With its first and last line, without headers, which OpenSSL would trip over. */
  readonly text: string
  /** Has header lines, as encrypted keys of the old kind do. */
  readonly headers: boolean
}

/**
 * The blocks of a PEM file as Go finds them (encoding/pem): they begin and end at the margin, of several beginnings the
 * last counts, and text around blocks and blocks that are cut off or no base64 are skipped.
 */
export function pemBlocks(pem: Pem): readonly PemBlock[] {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
  const blocks: PemBlock[] = []
  let first: string | undefined
  let lines: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('-----BEGIN ')) {
      first = line
      lines = []
    } else if (first !== undefined && line.startsWith('-----END ')) {
      const block = blockOf(first, lines, line)
      if (block !== undefined) blocks.push(block)
      first = undefined
    } else if (first !== undefined) {
      lines.push(line)
    }
  }
  return blocks
}

/** Rewritten without the blanks that Go skips and OpenSSL trips over. */
function blockOf(first: string, lines: readonly string[], last: string): PemBlock | undefined {
  const [, label] = /^-----BEGIN (.*)-----[ \t]*\r?$/.exec(first) ?? []
  if (label === undefined) return undefined
  const end = `-----END ${label}-----`
  if (!last.startsWith(end) || !/^[ \t]*\r?$/.test(last.slice(end.length))) return undefined
  const start = lines.findIndex((line) => !line.includes(':'))
  const headers = start < 0 ? lines.length : start
  const base64 = lines
    .slice(headers)
    .join('')
    .replace(/[ \t\r]/g, '')
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  const body = base64.match(/.{1,64}/g) ?? []
  const all = [`-----BEGIN ${label}-----`, ...body, end, '']
  return { label, text: all.join('\n'), headers: headers > 0 }
}
