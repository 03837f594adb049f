import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TraceEvent } from '../../../src/protocol/index.ts'
import { encodeFrame, formatTraceEvent, parseTrace } from '../../../src/protocol/index.ts'
import { traceMessage } from '../../../src/protocol/trace.ts'

const open: TraceEvent = {
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
}
const opening = formatTraceEvent(open)
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
