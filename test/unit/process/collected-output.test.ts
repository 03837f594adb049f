import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CollectedOutput } from '../../../src/process/collected-output.ts'

const kibibyte = 1024

function collect(encoding: 'utf8' | 'buffer', maxBuffer = Infinity) {
  let overflows = 0
  const output = new CollectedOutput(encoding, maxBuffer, () => {
    overflows += 1
  })
  return { output, overflows: () => overflows }
}

describe('maxBuffer', () => {
  it.each([
    ['less', ['ab'], 'ab', 0],
    ['exactly as much', ['ab', 'cd'], 'abcd', 0],
    ['one byte more', ['ab', 'cde'], 'abcd', 1],
    ['much more in one message', ['abcdefgh'], 'abcd', 1],
    ['more, and then even more', ['abcd', 'e', 'f', 'g'], 'abcd', 1],
  ])('%s', (_name, payloads, kept, calls) => {
    const { output, overflows } = collect('utf8', 4)
    for (const payload of payloads) expect(output.write(Buffer.from(payload))).toBe(true)
    expect([output.take(), overflows()]).toEqual([kept, calls])
  })

  it('of 0 bytes takes nothing', () => {
    const { output, overflows } = collect('buffer', 0)
    output.write(Buffer.from('a'))
    expect([output.take(), overflows()]).toEqual([Buffer.alloc(0), 1])
  })

  it('counts what was decoded already', () => {
    const { output, overflows } = collect('utf8', 300 * kibibyte)
    for (let i = 0; i < 20; i++) output.write(Buffer.alloc(16 * kibibyte, 'a'))
    expect([output.take().length, overflows()]).toEqual([300 * kibibyte, 1])
  })

  it('cannot be exceeded by taking the output in the callback', () => {
    let taken: unknown
    const output = new CollectedOutput('utf8', 2, () => {
      taken = output.take()
    })
    output.write(Buffer.from('abc'))
    output.write(Buffer.from('def'))
    expect([taken, output.take()]).toEqual(['ab', 'ab'])
  })
})

describe('text', () => {
  it('is decoded across messages, however they are cut', () => {
    const text = '\ufeffgrüße, 世界 😀\r\n '
    const bytes = Buffer.from(text)
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 8 })
    fc.assert(
      fc.property(cuts, (places) => {
        const { output } = collect('utf8')
        const sorted = [0, ...places.sort((a, b) => a - b), bytes.length]
        sorted.forEach((start, i) => {
          const part = bytes.subarray(start, sorted[i + 1])
          if (part.length > 0) output.write(part)
        })
        expect(output.take()).toBe(text)
      }),
    )
  })

  it('is right where a character lies on a border of decoding', () => {
    const { output } = collect('utf8')
    const text = `a${'世'.repeat(200_000)}`
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += 32 * kibibyte) {
      output.write(bytes.subarray(at, at + 32 * kibibyte))
    }
    expect(output.take()).toBe(text)
  })

  it('has replacement characters for what is not UTF-8, at the end too', () => {
    const { output } = collect('utf8')
    output.write(Uint8Array.of(0x61, 0xff, 0x62, 0xe4, 0xb8))
    expect(output.take()).toBe('a\ufffdb\ufffd')
  })
})

describe('take', () => {
  it('gives bytes as they came', () => {
    const { output } = collect('buffer')
    for (let byte = 0; byte < 256; byte++) output.write(Uint8Array.of(byte))
    expect(output.take()).toEqual(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))
  })

  it('gives the same again, whatever comes afterwards', () => {
    const { output } = collect('buffer')
    output.write(Buffer.from('one'))
    const taken = output.take()
    output.write(Buffer.from('two'))
    output.end()
    expect(output.take()).toBe(taken)
    expect(String(taken)).toBe('one')
  })

  it('of nothing is empty', () => {
    expect([collect('utf8').output.take(), collect('buffer').output.take()]).toEqual([
      '',
      Buffer.alloc(0),
    ])
  })
})

it('a megabyte in messages of one byte costs about a megabyte', () => {
  const { output } = collect('buffer')
  const before = process.memoryUsage()
  for (let i = 0; i < kibibyte * kibibyte; i++) output.write(Buffer.from('x'))
  const { arrayBuffers } = process.memoryUsage()
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(8 * kibibyte * kibibyte)
  expect(output.take().length).toBe(kibibyte * kibibyte)
})
