import type { Pem } from './credential.ts'

export interface PemBlock {
  /** Such as `CERTIFICATE`. */
  readonly label: string
  /** With its first and last line. */
  readonly text: string
  /** Has header lines, as encrypted keys of the old kind do. */
  readonly headers: boolean
}

/** The blocks of a PEM file; text around them, and blocks that are cut off, are skipped as Go does. */
export function pemBlocks(pem: Pem): readonly PemBlock[] {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
  const blocks: PemBlock[] = []
  let label: string | undefined
  let lines: string[] = []
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    const begin = /^-----BEGIN ([A-Z0-9 ]+)-----$/.exec(line)
    if (begin !== null) {
      label = begin[1]
      lines = [line]
    } else if (label !== undefined) {
      lines.push(line)
      if (line === `-----END ${label}-----`) {
        const headers = lines.some((l) => l.includes(':'))
        blocks.push({ label, text: `${lines.join('\n')}\n`, headers })
        label = undefined
      }
    }
  }
  return blocks
}
