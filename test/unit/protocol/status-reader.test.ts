import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { maxStatusLength, StatusReader } from '../../../src/protocol/status-reader.ts'
import { hasJsonStatus, Subprotocol, subprotocols } from '../../../src/protocol/subprotocol.ts'
import { jsonStatuses, textStatuses } from '../../support/recording.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const normal = { code: 1000, reason: '' }
const lost = { code: 1006, reason: '' }
const notJson = {
  violation: 'status',
  description: 'the server sent a status that is not a JSON object',
}
const tooLong = {
  violation: 'status',
  description: 'the server sent a status of over 4194304 bytes',
}
const success = '{"metadata":{},"status":"Success"}'
const json = subprotocols.filter(hasJsonStatus)
const text = subprotocols.filter((subprotocol) => !hasJsonStatus(subprotocol))

/** What the reader says after each of the payloads, and then at the end of the connection. */
function results(subprotocol: Subprotocol, payloads: readonly Uint8Array[], end = normal) {
  const reader = new StatusReader(subprotocol)
  return [...payloads.map((payload) => reader.read(payload)), reader.end(end)]
}

const oneByOne = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte))

describe.each(json)('%s', (subprotocol) => {
  test.each(jsonStatuses)('$name: cut in two at any byte', ({ text: status, expected }) => {
    const bytes = utf8(status)
    for (let at = 1; at < bytes.length; at++) {
      const halves = [bytes.subarray(0, at), bytes.subarray(at)]
      expect(results(subprotocol, halves)).toEqual([null, expected, null])
    }
  })

  test.each(jsonStatuses)('$name: one byte at a time', ({ text: status, expected }) => {
    const bytes = utf8(status)
    const open = Array.from({ length: bytes.length - 1 }, () => null)
    expect(results(subprotocol, oneByOne(bytes))).toEqual([...open, expected, null])
  })

  test('a status is final, whatever follows', () => {
    const failure = utf8('{"status":"Failure","reason":"InternalError"}')
    const expected = { kind: 'exit', exitCode: 0, status: { metadata: {}, status: 'Success' } }
    expect(results(subprotocol, [utf8(success), failure, utf8('x')], lost)).toEqual([
      expected,
      null,
      null,
      null,
    ])
  })

  test('what follows the object does not count, in the same frame as little as in the next', () => {
    const bytes = utf8(`${success}{"status":"Failure"}garbage`)
    for (let at = success.length; at < bytes.length; at++) {
      const [first] = results(subprotocol, [bytes.subarray(0, at), bytes.subarray(at)])
      expect(first).toMatchObject({ kind: 'exit', exitCode: 0 })
    }
  })

  test.each([
    ['braces in strings', String.raw`{"message":"}{\"}","status":"Success"}`],
    ['an escaped backslash', String.raw`{"message":"\\","status":"Success"}`],
    ['white space around it', ` \t\r\n${success}\n`],
    ['characters of several bytes', '{"message":"é😀\u2028","status":"Success"}'],
  ])('%s', (_, status) => {
    const reader = new StatusReader(subprotocol)
    const seen = oneByOne(utf8(status)).map((byte) => reader.read(byte))
    expect(seen.filter((result) => result !== null)).toEqual([
      { kind: 'exit', exitCode: 0, status: expect.objectContaining({ status: 'Success' }) },
    ])
  })

  test.each([
    'x',
    '[{}]',
    '"Success"',
    'null',
    ' }',
    'rpc error: code = Unknown desc = x',
    '\ufeff{}',
  ])('%j is a violation at once', (status) => {
    expect(results(subprotocol, [utf8(status)])).toEqual([notJson, null])
  })

  test.each(['{x}', '{"a":]}', '{"a":1,}', "{'status':'Success'}", '{{}}'])(
    '%j is no JSON',
    (status) => {
      expect(results(subprotocol, [utf8(status)])).toEqual([notJson, null])
    },
  )

  test.each(['{', '{"status":"Success"', ' '])(
    '%j before a proper end is a violation',
    (status) => {
      expect(results(subprotocol, [utf8(status)], normal)).toEqual([null, notJson])
    },
  )

  test('a status that a lost connection cut short says nothing', () => {
    expect(results(subprotocol, [utf8('{"status":"Suc')], lost)).toEqual([null, null])
  })

  test('no status is never a success', () => {
    expect(results(subprotocol, [], normal)).toEqual([null])
    expect(results(subprotocol, [], lost)).toEqual([null])
  })
})

describe.each(text)('%s', (subprotocol) => {
  test.each(textStatuses)(
    '$name: judged at the end, however it was cut',
    ({ text: status, expected }) => {
      const bytes = utf8(status)
      for (let at = 1; at < bytes.length; at++) {
        const halves = [bytes.subarray(0, at), bytes.subarray(at)]
        expect(results(subprotocol, halves)).toEqual([null, null, expected])
      }
      expect(results(subprotocol, oneByOne(bytes)).at(-1)).toEqual(expected)
    },
  )

  test('text counts even if no close frame follows', () => {
    const [status] = textStatuses
    expect(results(subprotocol, [utf8(status?.text ?? '')], lost)).toEqual([null, status?.expected])
  })

  test('bytes that are not UTF-8 are replaced', () => {
    expect(results(subprotocol, [Uint8Array.of(0x61, 0xff)])).toEqual([
      null,
      { kind: 'failure', status: { status: 'Failure', message: 'a\ufffd' } },
    ])
  })

  test('silence and a close of 1000 are the only success', () => {
    expect(results(subprotocol, [], normal)).toEqual([{ kind: 'exit', exitCode: 0, status: null }])
  })

  test.each([
    { code: 1006, reason: '' },
    { code: 1001, reason: '' },
    { code: 1002, reason: '' },
    { code: 1005, reason: '' },
    { code: 1011, reason: '' },
    { code: 1000, reason: 'going away' },
  ])('silence and %j is not known', (end) => {
    expect(results(subprotocol, [], end)).toEqual([null])
  })

  test('the end counts once', () => {
    const reader = new StatusReader(subprotocol)
    expect(reader.end(normal)).toMatchObject({ exitCode: 0 })
    expect(reader.end(normal)).toBeNull()
    expect(reader.read(utf8('late'))).toBeNull()
  })
})

describe('limits', () => {
  // P-6.7
  test.each(subprotocols)('%s: over 4 MiB is a violation, however it comes', (subprotocol) => {
    const half = new Uint8Array(maxStatusLength / 2).fill(0x20)
    expect(results(subprotocol, [half, half, Uint8Array.of(0x20)])).toEqual([
      null,
      null,
      tooLong,
      null,
    ])
    expect(results(subprotocol, [new Uint8Array(maxStatusLength + 1).fill(0x20)])).toEqual([
      tooLong,
      null,
    ])
  })

  test('exactly 4 MiB is taken', () => {
    const [head, tail] = ['{"message":"', '","status":"Success"}']
    const status = utf8(head + 'x'.repeat(maxStatusLength - head.length - tail.length) + tail)
    expect(status).toHaveLength(maxStatusLength)
    expect(results(Subprotocol.V4, [status])).toMatchObject([{ kind: 'exit', exitCode: 0 }, null])
  })

  test('keeps its own copy: a socket may use its buffer again', () => {
    const reader = new StatusReader(Subprotocol.V4)
    const buffer = utf8('{"status":')
    reader.read(buffer)
    buffer.fill(0)
    expect(reader.read(utf8('"Success"}'))).toMatchObject({ exitCode: 0 })
  })

  test('one-byte frames cost a constant each: the bytes copied grow with the length, not with its square', () => {
    const copied = (length: number): number => {
      const set = vi.spyOn(Uint8Array.prototype, 'set')
      try {
        const reader = new StatusReader(Subprotocol.V4)
        for (const byte of oneByOne(utf8(`{"message":"${'x'.repeat(length)}`))) reader.read(byte)
        return set.mock.calls.reduce((sum, [source]) => sum + Number(source.length), 0)
      } finally {
        set.mockRestore()
      }
    }
    // Every byte once when it comes, and less than twice more while the buffer doubles.
    for (const length of [1_000, 4_000, 16_000])
      expect(copied(length)).toBeLessThan(3 * (length + 12))
  })
})

test.each(subprotocols)('%s: any payloads give at most one result', (subprotocol) => {
  const payload = fc.oneof(fc.uint8Array(), fc.json().map(utf8), fc.constant(utf8(success)))
  fc.assert(
    fc.property(fc.array(payload), fc.integer({ min: 1000, max: 1015 }), (payloads, code) => {
      const given = results(subprotocol, payloads, { code, reason: '' }).filter(
        (result) => result !== null,
      )
      expect(given.length).toBeLessThanOrEqual(1)
      for (const result of given) {
        expect('violation' in result ? result.violation : result.kind).toMatch(
          /^(status|exit|failure)$/,
        )
      }
    }),
  )
})

test.each(json)('%s: the result does not depend on how the bytes were cut', (subprotocol) => {
  const part = fc.constantFrom(success, '{', '}', '"', '\\', ' ', 'x', '{"status":"Failure"}', 'é')
  const bytes = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => utf8(parts.join('')))
  fc.assert(
    fc.property(bytes, (input) => {
      const whole = results(subprotocol, [input]).filter((result) => result !== null)
      const cut = results(subprotocol, oneByOne(input)).filter((result) => result !== null)
      expect(cut).toEqual(whole)
    }),
  )
})
