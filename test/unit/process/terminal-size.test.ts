import { describe, expect, it } from 'vitest'
import { oneLarger, sizeOf } from '../../../src/process/terminal-size.ts'
import { encodeResize } from '../../../src/protocol/index.ts'

describe('the size of a terminal', () => {
  it.each([
    [
      { columns: 80, rows: 24 },
      { columns: 80, rows: 24 },
    ],
    [
      { columns: 70_000, rows: 1e9 },
      { columns: 65_535, rows: 65_535 },
    ],
    [
      { columns: Infinity, rows: 1.9 },
      { columns: 65_535, rows: 1 },
    ],
    [{ columns: 0, rows: 0 }, null],
    [{ columns: 80, rows: 0 }, null],
    [{ columns: -1, rows: 24 }, null],
    [{ columns: Number.NaN, rows: 24 }, null],
    [{}, null],
    [{ columns: undefined, rows: undefined }, null],
  ])('%j', (output, size) => {
    expect(sizeOf(output)).toEqual(size)
    if (size !== null) expect(() => encodeResize(size)).not.toThrow()
  })

  it('one larger is still one', () => {
    expect(oneLarger({ columns: 80, rows: 24 })).toEqual({ columns: 81, rows: 25 })
    expect(oneLarger({ columns: 65_535, rows: 1 })).toEqual({ columns: 65_535, rows: 2 })
  })
})
