import { describe, expect, it } from 'vitest'
import { newMarker } from '../../../src/process/marker.ts'

describe('a marker', () => {
  it('is 128 random bits behind a control character, in two parts', () => {
    const { parts, bytes } = newMarker()
    expect(bytes.toString()).toBe(parts.join(''))
    expect(bytes[0]).toBe(0x1e)
    expect(bytes.toString().slice(1)).toMatch(/^[0-9a-f]{32}$/)
    expect(parts.map((part) => part.length)).toEqual([17, 16])
  })

  it('is another one each time', () => {
    const markers = Array.from({ length: 1000 }, () => newMarker().bytes.toString())
    expect(new Set(markers).size).toBe(1000)
  })
})
