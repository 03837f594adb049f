import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TraceEvent } from '../../../src/protocol/index.ts'
import { encodeFrame, formatTraceEvent, parseTrace } from '../../../src/protocol/index.ts'
import { traceMessage } from '../../../src/protocol/trace.ts'

const open = {
  type: 'open',
  time: 0,
  version: 1,
  started: '2026-01-02T03:04:05.678Z',
  subprotocol: 'v5.channel.k8s.io',
  request: {
    kind: 'exec',
    namespace: 'shop',
    pod: 'web-0',
    container: null,
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
  },
} as const satisfies TraceEvent
const opening = formatTraceEvent(open)
const message = { type: 'message', time: 1, direction: 'in', channel: 1, size: 1, bytes: 'AWg=' }
const ping = { type: 'ping', time: 1, direction: 'out' }
const end = { type: 'end', time: 5, code: 1006, reason: '', error: 'read ECONNRESET' }
const lines = (...events: TraceEvent[]) => [open, ...events].map((event) => formatTraceEvent(event))

describe('a line', () => {
  const hello = traceMessage(1.23456, 'in', Uint8Array.of(1, 104, 105), 'v5.channel.k8s.io')
  const text = traceMessage(2, 'out', '0aGk=', 'v4.base64.channel.k8s.io')

  it.each<[string, TraceEvent, string]>([
    [
      'a message',
      hello,
      '{"type":"message","time":1.235,"direction":"in","channel":1,"size":2,"bytes":"AWhp"}',
    ],
    [
      'a text message',
      text,
      '{"type":"message","time":2,"direction":"out","channel":0,"size":4,"text":"0aGk="}',
    ],
    [
      'an empty message',
      traceMessage(0, 'in', new Uint8Array(0), 'v5.channel.k8s.io'),
      '{"type":"message","time":0,"direction":"in","channel":null,"size":0,"bytes":""}',
    ],
    [
      'a message that breaks the subprotocol',
      traceMessage(0, 'in', 'oops', 'v5.channel.k8s.io'),
      '{"type":"message","time":0,"direction":"in","channel":null,"size":3,"text":"oops"}',
    ],
    [
      'a pong',
      { type: 'pong', time: 3, direction: 'in' },
      '{"type":"pong","time":3,"direction":"in"}',
    ],
    ['our close', { type: 'close', time: 4 }, '{"type":"close","time":4}'],
    [
      'the end',
      { type: 'end', time: 5, code: 1006, reason: '', error: 'read ECONNRESET' },
      '{"type":"end","time":5,"code":1006,"reason":"","error":"read ECONNRESET"}',
    ],
  ])('%s', (_name, event, line) => {
    expect(formatTraceEvent(event)).toBe(line)
    expect(formatTraceEvent(parseTrace(`${opening}\n${line}`)[1] as TraceEvent)).toBe(line)
  })

  it('of sizes holds no content', () => {
    expect([hello, text].map((event) => formatTraceEvent(event, true))).toEqual([
      '{"type":"message","time":1.235,"direction":"in","channel":1,"size":2}',
      '{"type":"message","time":2,"direction":"out","channel":0,"size":4}',
    ])
  })
})

it('a trace comes back from its lines, whatever the messages hold', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(255), (payload, channel) => {
      const event = traceMessage(1, 'in', encodeFrame(channel, payload), 'v5.channel.k8s.io')
      expect(parseTrace(`${lines(event).join('\n')}\n`)).toEqual([open, event])
    }),
  )
})

describe('taken', () => {
  const request = { ...open.request, kind: 'attach', container: 'app', tty: true }

  it('every kind of event, as it is', () => {
    const events = [{ ...open, request }, message, ping, { ...ping, type: 'pong' }]
    const ends = [end, { ...end, error: null }]
    const all = [...events, { type: 'close', time: 0.5 }, ...ends]
    const text = all.map((event) => JSON.stringify(event)).join('\n \n')
    const { bytes: _, ...rest } = message
    expect(parseTrace(text)).toEqual(
      all.map((event) => (event === message ? { ...rest, message: Uint8Array.of(1, 104) } : event)),
    )
  })

  it('a message without contents, as a trace of sizes has it', () => {
    const { bytes: _, ...rest } = message
    const [, event] = parseTrace(`${opening}\n${JSON.stringify(rest)}`)
    expect(event).toEqual(rest)
    expect(formatTraceEvent(event as TraceEvent)).toBe(JSON.stringify(rest))
  })

  it('and nothing that is not known', () => {
    const [event] = parseTrace(JSON.stringify({ ...open, more: 1, request: { ...request, x: 2 } }))
    expect(event).toEqual({ ...open, request })
  })
})

describe('refused', () => {
  it.each([
    ['nothing', '', 'the trace is empty'],
    ['no JSON', 'x', 'line 1 of the trace is not an event'],
    ['null', 'null', 'line 1 of the trace is not an event'],
    ['no opening', '{"type":"close","time":1}', 'line 1 of the trace: the opening comes first'],
    ['two openings', `${opening}\n\n${opening}`, 'line 3 of the trace: the opening comes first'],
    ['another version', opening.replace('"version":1', '"version":2'), 'line 1'],
    ['another subprotocol', opening.replace('v5.', 'v6.'), 'line 1'],
    ['a request without a pod', opening.replace('"pod":"web-0",', ''), 'line 1'],
    ['an unknown type', `${opening}\n{"type":"x","time":1}`, 'line 2'],
    ['no time', `${opening}\n{"type":"close"}`, 'line 2'],
    ['a time before the beginning', `${opening}\n{"type":"close","time":-1}`, 'line 2'],
    [
      'bytes that are not base64',
      `${opening}\n{"type":"message","time":1,"direction":"in","channel":1,"size":1,"bytes":"%"}`,
      'line 2',
    ],
    [
      'a channel that is no byte',
      `${opening}\n{"type":"message","time":1,"direction":"in","channel":256,"size":1}`,
      'line 2',
    ],
    ['no direction', `${opening}\n{"type":"ping","time":1}`, 'line 2'],
    ['an end without a code', `${opening}\n{"type":"end","time":1,"reason":""}`, 'line 2'],
  ])('%s', (_name, text, message) => {
    expect(() => parseTrace(text)).toThrow(SyntaxError)
    expect(() => parseTrace(text)).toThrow(message)
  })

  const other = [null, undefined, 7, 'x', {}, -1]

  it.each([
    ['the opening', open, { version: [1], started: ['x'], time: [7] }],
    ['a request', open.request, { container: [null, 'x'], namespace: ['x'], pod: ['x'] }],
    ['a message', message, { channel: [null, 7], size: [7], time: [7], bytes: [undefined] }],
    ['a ping', ping, { time: [7] }],
    ['the end', end, { code: [7], reason: ['x'], error: [null, 'x'], time: [7] }],
  ])('%s with a field of another kind', (_name, event, taken: Record<string, unknown[]>) => {
    for (const key of Object.keys(event)) {
      for (const value of other) {
        if (taken[key]?.includes(value)) continue
        const damaged = { ...event, [key]: value }
        const line = event === open.request ? { ...open, request: damaged } : damaged
        const isOpening = event === open || event === open.request
        const text = `${isOpening ? '' : `${opening}\n`}${JSON.stringify(line)}`
        expect(() => parseTrace(text), `${key}: ${value}`).toThrow(SyntaxError)
      }
    }
  })

  it('a request that is no object', () => {
    for (const request of other) {
      expect(() => parseTrace(JSON.stringify({ ...open, request }))).toThrow('line 1')
    }
    for (const line of ['[]', '7', '"x"', 'null', 'true']) {
      expect(() => parseTrace(line)).toThrow('line 1')
    }
  })

  it('any text, by a SyntaxError or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parseTrace(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
    )
  })
})
