import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../../src/protocol/base64.ts'
import { anyString } from '../../support/arbitrary.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('encodeBase64', () => {
  test.each([
    [bytes(), ''],
    [bytes(0), 'AA=='],
    [bytes(0, 0), 'AAA='],
    [bytes(0, 0, 0), 'AAAA'],
    [bytes(0xfb, 0xff, 0xbf), '+/+/'],
    [bytes(0x68, 0x69, 0x0a), 'aGkK'],
  ])('%j is %j', (input, expected) => {
    expect(encodeBase64(input)).toBe(expected)
  })

  test('is what Node writes, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        expect(encodeBase64(input)).toBe(Buffer.from(input).toString('base64'))
      }),
    )
  })

  test('encodes the bytes of a view, not of its buffer', () => {
    expect(encodeBase64(Buffer.from('xhi\nx').subarray(1, 4))).toBe('aGkK')
  })

  test('a full output chunk has the length that a server was seen to send, channel included', () => {
    expect(1 + encodeBase64(new Uint8Array(32 * 1024)).length).toBe(43_693)
  })
})

describe('decodeBase64', () => {
  test.each([
    ['', bytes()],
    ['AA==', bytes(0)],
    ['AAA=', bytes(0, 0)],
    ['+/+/', bytes(0xfb, 0xff, 0xbf)],
    ['aG\r\nkK', bytes(0x68, 0x69, 0x0a)],
    ['\naGkK\r', bytes(0x68, 0x69, 0x0a)],
    ['YQ=\n=', bytes(0x61)],
    ['\r\n', bytes()],
    // Bits that no byte takes are ignored, as in Go's non-strict decoding.
    ['YR==', bytes(0x61)],
    ['YWF=', bytes(0x61, 0x61)],
  ])('%j', (text, expected) => {
    expect(decodeBase64(text)).toEqual(expected)
  })

  test.each([
    'A',
    'YQ',
    'YWE',
    'YQ=',
    '=',
    '==',
    '====',
    'Y===',
    'YQ==YQ==',
    'Y=Q=',
    '-_-_',
    'aG kK',
    'aGkK ',
    'aG\tkK',
    'aGk\0',
    'aGké',
    'aGkł',
    'aGk😀',
    'aGk\ud83d',
  ])('%j is refused', (text) => {
    expect(decodeBase64(text)).toBeNull()
  })

  test('gives back what was encoded, wherever the lines are broken', () => {
    const text = fc.tuple(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.nat(200), { maxLength: 5 }),
    )
    fc.assert(
      fc.property(text, ([input, breaks]) => {
        let broken = encodeBase64(input)
        for (const at of breaks) broken = `${broken.slice(0, at)}\r\n${broken.slice(at)}`
        expect(decodeBase64(broken)).toEqual(input)
      }),
    )
  })

  const goStdEncoding = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

  test('takes any text: the bytes that Node reads where Go reads it at all, else null', () => {
    const text = fc.oneof(
      anyString,
      fc.string({ unit: fc.constantFrom(...'AZaz09+/AZaz09+/=-\r\n'), maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, (input) => {
        const expected = goStdEncoding.test(input.replaceAll(/[\r\n]/g, ''))
          ? Uint8Array.from(Buffer.from(input, 'base64'))
          : null
        expect(decodeBase64(input)).toEqual(expected)
      }),
    )
  })
})
