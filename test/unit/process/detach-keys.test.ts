import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DetachKeys, parseDetachKeys } from '../../../src/process/detach-keys.ts'

describe('parseDetachKeys', () => {
  it.each<[string, number[]]>([
    ['ctrl-p,ctrl-q', [0x10, 0x11]],
    ['ctrl-@', [0]],
    ['ctrl-a,ctrl-z', [1, 26]],
    ['ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [27, 28, 29, 30, 31]],
    ['a,B,~, ', [0x61, 0x42, 0x7e, 0x20]],
    ['c', [0x63]],
    ['-', [0x2d]],
  ])('%s', (text, codes) => {
    expect(parseDetachKeys(text)).toEqual(codes)
  })

  it.each([
    '',
    ',',
    'a,',
    'ab',
    'ctrl-',
    'ctrl-P',
    'ctrl-1',
    'ctrl-pq',
    'Ctrl-p',
    'ctrl-p ctrl-q',
    'ctrl-p, ctrl-q',
    'é',
    '😀',
    'ctrl-é',
    '\x7f',
  ])('refuses %j', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(RangeError)
  })

  it.each([null, 16, ['ctrl-p']])('refuses %j, which is no string', (text) => {
    expect(() => parseDetachKeys(text)).toThrow(TypeError)
  })
})

/** What is passed on of each chunk; `null` behind the one that detaches. */
function typed(keys: string, ...chunks: string[]): (string | null)[] {
  const detachKeys = new DetachKeys(parseDetachKeys(keys))
  return chunks.flatMap((chunk) => {
    const { passed, detached } = detachKeys.filter(Buffer.from(chunk, 'latin1'))
    const text = Buffer.from(passed).toString('latin1')
    return detached ? [text, null] : [text]
  })
}

describe('filter', () => {
  it.each<[string, string[], (string | null)[]]>([
    ['ctrl-p,ctrl-q', ['ab', '\x10', '\x11'], ['ab', '', '', null]],
    ['ctrl-p,ctrl-q', ['ab\x10\x11cd'], ['ab', null]],
    ['ctrl-p,ctrl-q', ['\x10', 'x', '\x11'], ['', '\x10x', '\x11']],
    ['ctrl-p,ctrl-q', ['\x10', '\x10', '\x11'], ['', '\x10', '', null]],
    // What has begun inside of a wrong beginning counts, too.
    ['a,a,b', ['a', 'a', 'a', 'b'], ['', '', 'a', '', null]],
    ['a,b,a,c', ['ababac'], ['ab', null]],
    ['x', ['abx'], ['ab', null]],
  ])('%s: %j', (keys, chunks, expected) => {
    expect(typed(keys, ...chunks)).toEqual(expected)
  })

  it('says what it holds back', () => {
    const keys = new DetachKeys([1, 2, 3])
    keys.filter(Uint8Array.of(9, 1, 2))
    expect([...keys.held]).toEqual([1, 2])
  })

  it('without keys passes everything on as it is', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    expect(new DetachKeys([]).filter(bytes)).toEqual({ passed: bytes, detached: false })
  })

  it('loses nothing, however the input is cut, and stops at the first occurrence', () => {
    const byte = fc.integer({ min: 0, max: 2 })
    const keys = fc.array(byte, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(keys, fc.array(fc.array(byte)), (sequence, chunks) => {
        const detachKeys = new DetachKeys(sequence)
        const passed: number[] = []
        let detached = false
        for (const chunk of chunks) {
          const result = detachKeys.filter(Uint8Array.from(chunk))
          passed.push(...result.passed)
          detached = result.detached
          if (detached) break
        }
        const all = chunks.flat().join('')
        const at = all.indexOf(sequence.join(''))
        expect(detached).toBe(at !== -1)
        const rest = detached ? '' : [...detachKeys.held].join('')
        expect(passed.join('') + rest).toBe(detached ? all.slice(0, at) : all)
      }),
    )
  })
})
