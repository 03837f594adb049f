import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Channel } from '../../../src/protocol/channel.ts'
import {
  decodeFrame,
  encodeClose,
  encodeFrame,
  maxStdinPayload,
} from '../../../src/protocol/frame.ts'
import { isBase64, Subprotocol, subprotocols } from '../../../src/protocol/subprotocol.ts'
import { anyString } from '../../support/arbitrary.ts'
import { messagesOf, recordings } from '../../support/recording.ts'

const binary = subprotocols.filter((subprotocol) => !isBase64(subprotocol))
const base64 = subprotocols.filter(isBase64)
const utf8 = (text: string) => new TextEncoder().encode(text)

describe('encodeFrame', () => {
  test.each(binary)('%s: the channel byte, then the payload', (subprotocol) => {
    expect(encodeFrame(Channel.Stdin, utf8('hi'), subprotocol)).toEqual(utf8('\0hi'))
    expect(encodeFrame(Channel.Resize, new Uint8Array(), subprotocol)).toEqual(Uint8Array.of(4))
  })

  test.each(base64)('%s: the digit, then base64', (subprotocol) => {
    expect(encodeFrame(Channel.Stdin, utf8('hi\n'), subprotocol)).toBe('0aGkK')
    expect(encodeFrame(Channel.Stdout, new Uint8Array(), subprotocol)).toBe('1')
  })

  test('a channel over 9 is one character, so that it cannot be taken for channel 2', () => {
    expect(encodeFrame(Channel.Close, Uint8Array.of(0), Subprotocol.Base64V4)).toBe('/AA==')
    expect(encodeFrame(10, new Uint8Array(), Subprotocol.Base64V4)).toBe(':')
  })

  test('without a subprotocol it is binary', () => {
    expect(encodeFrame(Channel.Stdin, utf8('x'))).toEqual(Uint8Array.of(0, 0x78))
  })

  test('takes the bytes of a view, not of its buffer, and copies them', () => {
    const source = Buffer.from('abcd')
    const message = encodeFrame(Channel.Stdin, source.subarray(1, 3))
    source.fill(0)
    expect(message).toEqual(utf8('\0bc'))
  })

  test.each([256, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses channel %s',
    (channel) => {
      for (const subprotocol of subprotocols) {
        expect(() => encodeFrame(channel, new Uint8Array(), subprotocol)).toThrow(RangeError)
      }
    },
  )

  test('a message of the most stdin is far below the 32 MiB of a server', () => {
    expect(maxStdinPayload).toBe(32_768)
    expect(encodeFrame(0, new Uint8Array(maxStdinPayload), Subprotocol.Base64V1)).toHaveLength(
      43_693,
    )
  })
})

describe('decodeFrame', () => {
  test.each(subprotocols)('%s: every channel and payload comes back', (subprotocol) => {
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 200 }), (channel, payload) => {
        const message = encodeFrame(channel, payload, subprotocol)
        expect(decodeFrame(message, subprotocol)).toEqual({ channel, payload })
      }),
    )
  })

  test('the payload of a binary message is a view into it', () => {
    const message = Buffer.from(`xx\u0001output`).subarray(2)
    const frame = decodeFrame(message)
    if (frame === null || 'violation' in frame) throw new TypeError('not a frame')
    expect(frame.payload.buffer).toBe(message.buffer)
    expect(frame.payload.byteOffset).toBe(message.byteOffset + 1)
    expect(frame.payload.byteLength).toBe(6)
  })

  // P-3.10
  test.each(subprotocols)('%s: a message of 1 MiB is one like any other', (subprotocol) => {
    const payload = new Uint8Array(1024 * 1024).fill(7)
    const frame = decodeFrame(encodeFrame(Channel.Stdout, payload, subprotocol), subprotocol)
    if (frame === null || 'violation' in frame) throw new TypeError('not a frame')
    expect([frame.channel, Buffer.compare(frame.payload, payload)]).toEqual([Channel.Stdout, 0])
  })

  test.each(subprotocols)('%s: an empty message of either kind carries nothing', (subprotocol) => {
    expect(decodeFrame(new Uint8Array(), subprotocol)).toBeNull()
    expect(decodeFrame('', subprotocol)).toBeNull()
  })

  test.each(binary)('%s: a channel without payload is a frame', (subprotocol) => {
    expect(decodeFrame(Uint8Array.of(3), subprotocol)).toEqual({
      channel: Channel.Status,
      payload: new Uint8Array(),
    })
  })

  test.each(binary)('%s: a text message is a violation', (subprotocol) => {
    expect(decodeFrame('1aGkK', subprotocol)).toEqual({
      violation: 'text message',
      description: `the server sent a text message, which ${subprotocol} does not have`,
    })
  })

  test.each(base64)('%s: a binary message is a violation', (subprotocol) => {
    expect(decodeFrame(utf8('1aGkK'), subprotocol)).toEqual({
      violation: 'binary message',
      description: 'the server sent a binary message on a base64 subprotocol',
    })
  })

  test.each(['1aGk', '1a-_K', '1=', '😀', '\u0131aGkK', '\u0131'])(
    '%j is not base64',
    (message) => {
      expect(decodeFrame(message, Subprotocol.Base64V4)).toEqual({
        violation: 'base64',
        description: 'the server sent a message that is not base64',
      })
    },
  )

  test.each([
    ['0', 0],
    ['4', 4],
    [':', 10],
    ['/', 255],
    ['\u0001', 209],
    ['ÿ', 207],
  ])('%j stands for channel %i', (message, channel) => {
    expect(decodeFrame(message, Subprotocol.Base64V1)).toEqual({
      channel,
      payload: new Uint8Array(),
    })
  })

  test.each(subprotocols)('%s: anything is a frame, a violation or nothing', (subprotocol) => {
    const message = fc.oneof(fc.uint8Array(), anyString, fc.base64String())
    fc.assert(
      fc.property(message, (input) => {
        const frame = decodeFrame(input, subprotocol)
        if (frame === null) expect(input).toHaveLength(0)
        else if ('violation' in frame) expect(frame.description).toMatch(/^the server sent /)
        else {
          expect(frame.channel).toBeGreaterThanOrEqual(0)
          expect(frame.channel).toBeLessThanOrEqual(255)
          expect(frame.payload).toBeInstanceOf(Uint8Array)
        }
      }),
    )
  })

  test.each(recordings)(
    '$subprotocol, $name: encodes back to what the server sent',
    (recording) => {
      for (const message of messagesOf(recording)) {
        const frame = decodeFrame(message, recording.subprotocol)
        if (frame === null || 'violation' in frame) throw new TypeError('not a frame')
        const encoded = encodeFrame(frame.channel, frame.payload, recording.subprotocol)
        if (typeof message === 'string') expect(encoded).toBe(message)
        else expect(Buffer.from(encoded as Uint8Array)).toEqual(message)
      }
    },
  )
})

describe('encodeClose', () => {
  test.each([0, 1, 2, 3, 4] as const)('channel %i: exactly two bytes', (channel) => {
    expect(encodeClose(channel)).toEqual(Uint8Array.of(255, channel))
  })

  test.each([5, 255, -1, 256, 0.5, Number.NaN])(
    'refuses channel %s, which ends the session',
    (channel) => {
      expect(() => encodeClose(channel as 0)).toThrow(RangeError)
    },
  )
})
