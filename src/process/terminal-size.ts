import type { TerminalSize } from '../protocol/index.ts'

const most = 0xffff

/** A local terminal's output as far as its size goes. */
export interface Sized {
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** The size to tell of a local terminal; `null`: it has none, as one of 0x0, which runtimes would ignore. */
export function sizeOf({ columns = 0, rows = 0 }: Sized): TerminalSize | null {
  const isSize = columns >= 1 && rows >= 1
  return isSize ? { columns: coerced(columns), rows: coerced(rows) } : null
}

/**
 * What kubectl attach sends in front of a terminal's size: a program that was drawn for this very size would not be told
 * otherwise, and not draw again.
 */
export function oneLarger({ columns, rows }: TerminalSize): TerminalSize {
  return { columns: coerced(columns + 1), rows: coerced(rows + 1) }
}

function coerced(side: number): number {
  return Math.min(Math.floor(side), most)
}
