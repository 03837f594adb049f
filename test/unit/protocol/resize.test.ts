import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TerminalSize } from '../../../src/protocol/resize.ts'
import { encodeResize, validTerminalSize } from '../../../src/protocol/resize.ts'

describe('encodeResize', () => {
  test.each([
    [{ columns: 132, rows: 43 }, '{"Width":132,"Height":43}'],
    [{ columns: 1, rows: 1 }, '{"Width":1,"Height":1}'],
    [{ columns: 65_535, rows: 65_535 }, '{"Width":65535,"Height":65535}'],
  ])('%j', (size, expected) => {
    expect(new TextDecoder().decode(encodeResize(size))).toBe(expected)
  })

  test.each([0, -0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21])(
    'refuses %s on either side',
    (value) => {
      expect(() => encodeResize({ columns: value, rows: 24 })).toThrow(
        new RangeError(`columns of a terminal must be an integer from 1 to 65535, not ${value}`),
      )
      expect(() => encodeResize({ columns: 80, rows: value })).toThrow(
        new RangeError(`rows of a terminal must be an integer from 1 to 65535, not ${value}`),
      )
    },
  )

  test.each(['80', null, undefined, 80n, {}, [80]])('a side that is %s is a TypeError', (value) => {
    const side = value as unknown as number
    expect(() => encodeResize({ columns: side, rows: 24 })).toThrow(
      new TypeError('columns of a terminal must be a number'),
    )
    expect(() => encodeResize({ columns: 80, rows: side })).toThrow(
      new TypeError('rows of a terminal must be a number'),
    )
  })

  test('is read as it was written, for every size', () => {
    const side = fc.integer({ min: 1, max: 65_535 })
    fc.assert(
      fc.property(side, side, (columns, rows) => {
        const payload = new TextDecoder().decode(encodeResize({ columns, rows }))
        expect(JSON.parse(payload)).toEqual({ Width: columns, Height: rows })
      }),
    )
  })
})

describe('validTerminalSize', () => {
  test('hands back the size', () => {
    const size = { columns: 80, rows: 24 }
    expect(validTerminalSize(size)).toBe(size)
  })

  test.each([null, undefined, true, 80, '80x24', () => 80])('%s is a TypeError', (size) => {
    expect(() => validTerminalSize(size as unknown as TerminalSize)).toThrow(
      new TypeError('a terminal size is an object { columns, rows }'),
    )
  })
})
