import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Channel } from '../../../src/protocol/channel.ts'
import type { Message } from '../../../src/protocol/frame.ts'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import type { SessionEvent } from '../../../src/protocol/session-decoder.ts'
import { SessionDecoder } from '../../../src/protocol/session-decoder.ts'
import { Subprotocol, subprotocols } from '../../../src/protocol/subprotocol.ts'
import { anyString } from '../../support/arbitrary.ts'
import { endOf, messagesOf, recordings } from '../../support/recording.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const normal = { code: 1000, reason: '' }
const success = '{"metadata":{},"status":"Success"}'
const frame = (channel: number, text: string) => encodeFrame(channel, utf8(text))

function eventsOf(decoder: SessionDecoder, messages: readonly Message[]): SessionEvent[] {
  return messages.map((message) => decoder.decode(message)).filter((event) => event !== null)
}

/** What a session comes to: its output as text, and the event that ended it. */
function summaryOf(events: readonly SessionEvent[]) {
  const output = { [Channel.Stdout]: '', [Channel.Stderr]: '' }
  const ends: SessionEvent[] = []
  for (const event of events) {
    if (event.type === 'output')
      output[event.channel] += Buffer.from(event.payload).toString('latin1')
    else ends.push(event)
  }
  return { stdout: output[Channel.Stdout], stderr: output[Channel.Stderr], ends }
}

describe('recorded sessions', () => {
  test.each(recordings)('$subprotocol, $name ($recordedFrom)', (recording) => {
    const decoder = new SessionDecoder(recording.subprotocol)
    const events = eventsOf(decoder, messagesOf(recording))
    const end = decoder.end(endOf(recording))
    const { stdout, stderr, outcome } = recording.expected
    expect(summaryOf(end === null ? events : [...events, end])).toEqual({
      stdout,
      stderr,
      ends: outcome === null ? [] : [{ type: 'outcome', outcome }],
    })
  })

  test.each(recordings)('$subprotocol, $name: one byte per frame', (recording) => {
    const { subprotocol, expected } = recording
    const source = new SessionDecoder(subprotocol)
    const decoder = new SessionDecoder(subprotocol)
    const events: SessionEvent[] = []
    for (const message of messagesOf(recording)) {
      const event = source.decode(message)
      const payload = event?.type === 'output' ? event.payload : payloadOf(message, subprotocol)
      const channel = event?.type === 'output' ? event.channel : Channel.Status
      for (const byte of payload) {
        events.push(...eventsOf(decoder, [encodeFrame(channel, Uint8Array.of(byte), subprotocol)]))
      }
    }
    const end = decoder.end(endOf(recording))
    const { stdout, stderr, outcome } = expected
    expect(summaryOf(end === null ? events : [...events, end])).toEqual({
      stdout,
      stderr,
      ends: outcome === null ? [] : [{ type: 'outcome', outcome }],
    })
  })
})

/** The payload of a message that is not output. */
function payloadOf(message: Message, subprotocol: Subprotocol): Uint8Array {
  if (typeof message !== 'string') return message.subarray(1)
  expect(subprotocol).toMatch(/base64/)
  return Buffer.from(message.slice(1), 'base64')
}

test('output is a view into its message', () => {
  const message = frame(Channel.Stderr, 'err')
  const event = new SessionDecoder(Subprotocol.V4).decode(message)
  expect(event).toEqual({ type: 'output', channel: Channel.Stderr, payload: utf8('err') })
  if (event?.type !== 'output') throw new TypeError('not output')
  expect(event.payload.buffer).toBe(message.buffer)
})

test('names the subprotocol that it decodes', () => {
  expect(new SessionDecoder(Subprotocol.Base64V1).subprotocol).toBe('base64.channel.k8s.io')
})

test.each<[string, Message]>([
  ['an empty message', new Uint8Array()],
  ['an empty text message', ''],
  ['the opening frame on stdout', Uint8Array.of(1)],
  ['the opening frame on stderr', Uint8Array.of(2)],
  ['the opening frame on the status channel', Uint8Array.of(3)],
  ['stdin', frame(Channel.Stdin, 'x')],
  ['a size', frame(Channel.Resize, '{}')],
  ['channel 5', frame(5, 'x')],
  ['a CLOSE', Uint8Array.of(255, 0)],
])('%s is ignored and counted', (_, message) => {
  const decoder = new SessionDecoder(Subprotocol.V5)
  expect(decoder.decode(message)).toBeNull()
  expect(decoder.ignored).toBe(1)
  expect(decoder.end(normal)).toBeNull()
})

test('a part of a status is neither an event nor ignored', () => {
  const decoder = new SessionDecoder(Subprotocol.V5)
  expect(decoder.decode(frame(Channel.Status, '{'))).toBeNull()
  expect(decoder.ignored).toBe(0)
})

test('output behind the outcome is still output', () => {
  const decoder = new SessionDecoder(Subprotocol.V5)
  expect(decoder.decode(frame(Channel.Status, success))).toMatchObject({ outcome: { exitCode: 0 } })
  expect(decoder.decode(frame(Channel.Stdout, 'late'))).toEqual({
    type: 'output',
    channel: Channel.Stdout,
    payload: utf8('late'),
  })
  expect(decoder.ignored).toBe(0)
})

test('all else behind the outcome is ignored and counted', () => {
  const decoder = new SessionDecoder(Subprotocol.V5)
  expect(decoder.decode(frame(Channel.Status, success))).toMatchObject({ outcome: { exitCode: 0 } })
  expect(decoder.decode(frame(Channel.Status, '{"status":"Failure"}'))).toBeNull()
  expect(decoder.decode('text')).toBeNull()
  expect(decoder.decode(frame(Channel.Stdin, 'x'))).toBeNull()
  expect(decoder.ignored).toBe(3)
  expect(decoder.end({ code: 1006, reason: '' })).toBeNull()
})

test.each<[string, Message, string]>([
  ['text', '1x', 'text message'],
  ['a malformed status', frame(Channel.Status, 'oops'), 'status'],
])('%s is a violation, and the end of the session', (_, message, violation) => {
  const decoder = new SessionDecoder(Subprotocol.V4)
  expect(decoder.decode(message)).toMatchObject({ type: 'violation', violation: { violation } })
  expect(decoder.decode(frame(Channel.Stdout, 'x'))).toBeNull()
  expect(decoder.decode(frame(Channel.Status, success))).toBeNull()
  expect(decoder.ignored).toBe(2)
  expect(decoder.end(normal)).toBeNull()
})

test('a violation on v1 takes away its silent success', () => {
  const decoder = new SessionDecoder(Subprotocol.V1)
  expect(decoder.decode('x')).toMatchObject({ type: 'violation' })
  expect(decoder.end(normal)).toBeNull()
  expect(decoder.ignored).toBe(0)
})

test('a status that the end cuts short is a violation', () => {
  const decoder = new SessionDecoder(Subprotocol.V5)
  decoder.decode(frame(Channel.Status, '{"status":'))
  expect(decoder.end(normal)).toMatchObject({
    type: 'violation',
    violation: { violation: 'status' },
  })
})

test.each(subprotocols)('%s: any messages give output and at most one end', (subprotocol) => {
  const near = fc
    .tuple(fc.nat(5), fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.constant(utf8(success))))
    .map(([channel, payload]) => encodeFrame(channel, payload, subprotocol))
  const message = fc.oneof(near, fc.uint8Array({ maxLength: 9 }), anyString)
  fc.assert(
    fc.property(fc.array(message), fc.integer({ min: 1000, max: 1015 }), (messages, code) => {
      const decoder = new SessionDecoder(subprotocol)
      const events = eventsOf(decoder, messages)
      const end = decoder.end({ code, reason: '' })
      if (end !== null) events.push(end)
      expect(events.filter(({ type }) => type !== 'output').length).toBeLessThanOrEqual(1)
      expect(events.findIndex(({ type }) => type === 'violation')).toBeOneOf([
        -1,
        events.length - 1,
      ])
      for (const event of events) {
        if (event.type === 'output') expect(event.payload.length).toBeGreaterThan(0)
      }
      expect(decoder.ignored).toBeLessThanOrEqual(messages.length)
    }),
  )
})
