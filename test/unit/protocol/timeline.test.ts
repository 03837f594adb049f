import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message, Subprotocol, TraceEvent } from '../../../src/protocol/index.ts'
import { encodeClose, encodeFrame, encodeResize, timeline } from '../../../src/protocol/index.ts'
import { traceMessage } from '../../../src/protocol/trace.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function opening(subprotocol: Subprotocol): TraceEvent {
  const request = {
    kind: 'exec',
    namespace: 'shop',
    pod: 'web-0',
    container: 'app',
    stdin: true,
    stdout: true,
    stderr: false,
    tty: false,
  } as const
  return { type: 'open', time: 0, version: 1, started: '2026-01-02', subprotocol, request }
}

function rows(events: readonly TraceEvent[], subprotocol: Subprotocol = 'v5.channel.k8s.io') {
  return timeline([opening(subprotocol), ...events]).slice(1)
}

const message = (direction: 'in' | 'out', data: Message, subprotocol?: Subprotocol) =>
  traceMessage(1, direction, data, subprotocol ?? 'v5.channel.k8s.io')

it('begins with what was asked for', () => {
  expect(timeline([opening('v4.channel.k8s.io')])).toEqual([
    {
      time: 0,
      direction: null,
      what: 'open',
      size: null,
      detail: 'exec in shop/web-0 (app), stdin stdout, v4.channel.k8s.io',
    },
  ])
})

const status = (text: string) => encodeFrame(3, bytes(text))
const exit7 =
  '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}'

describe('a message', () => {
  it.each<[string, TraceEvent, string, number, string]>([
    ['the ready frame', message('in', Uint8Array.of(1)), 'stdout', 0, ''],
    ['output', message('in', encodeFrame(1, bytes('hi\n'))), 'stdout', 3, '"hi\\n"'],
    [
      'long output',
      message('in', encodeFrame(2, bytes('x'.repeat(300)))),
      'stderr',
      300,
      `"${'x'.repeat(200)}"…`,
    ],
    [
      'a terminal escape',
      message('in', encodeFrame(1, bytes('\u001b[2J\u009b\u202e'))),
      'stdout',
      9,
      '"\\u{1b}[2J\\u{9b}\\u{202e}"',
    ],
    ['stdin', message('out', encodeFrame(0, bytes('ls'))), 'stdin', 2, '"ls"'],
    ['the end of stdin', message('out', encodeClose(0)), 'close', 1, 'stdin ends'],
    [
      'a size',
      message('out', encodeFrame(4, encodeResize({ columns: 80, rows: 24 }))),
      'resize',
      24,
      '"{"Width":80,"Height":24}"',
    ],
    ['an exit code', message('in', status(exit7)), 'status', exit7.length, 'exit code 7'],
    ['success', message('in', status('{"status":"Success"}')), 'status', 20, 'exit code 0'],
    [
      'a failure',
      message('in', status('{"status":"Failure","message":"no\\u001b"}')),
      'status',
      41,
      'failure: no\\u{1b}',
    ],
    [
      'a status that is none',
      message('in', status('oops')),
      'status',
      4,
      expect.stringContaining('status'),
    ],
    ['an empty one', message('in', new Uint8Array(0)), 'message', 0, ''],
    ['an unknown channel', message('in', Uint8Array.of(9, 1)), 'channel 9', 1, ''],
    ['a text', message('in', 'oops'), 'message', 3, expect.stringContaining('text message')],
  ])('%s', (_name, event, what, size, detail) => {
    const { direction } = event as { direction: 'in' | 'out' }
    expect(rows([event])).toEqual([{ time: 1, direction, what, size, detail }])
  })

  it('of a base64 subprotocol is read as one', () => {
    const subprotocol = 'v4.base64.channel.k8s.io'
    const event = message('in', '1aGk=', subprotocol)
    expect(rows([event], subprotocol)[0]).toMatchObject({ what: 'stdout', size: 4, detail: '"hi"' })
  })

  it('without content has its size only', () => {
    const { message: _, ...event } = message('in', status(exit7)) as { message: Message }
    expect(rows([event as TraceEvent])[0]).toMatchObject({ what: 'status', detail: '' })
  })
})

it('the rest of a session', () => {
  const events: TraceEvent[] = [
    { type: 'ping', time: 1, direction: 'out' },
    { type: 'pong', time: 2, direction: 'in' },
    { type: 'close', time: 3 },
    { type: 'end', time: 4, code: 1006, reason: 'bye\u0007', error: 'read ECONNRESET' },
  ]
  expect(rows(events).map(({ what, direction, detail }) => [what, direction, detail])).toEqual([
    ['ping', 'out', ''],
    ['pong', 'in', ''],
    ['close', 'out', ''],
    ['end', null, 'close code 1006, bye\\u{7}, read ECONNRESET'],
  ])
  const end: TraceEvent = { type: 'end', time: 4, code: 1000, reason: '', error: null }
  expect(rows([end], 'channel.k8s.io')[0]?.detail).toBe('close code 1000, exit code 0')
})

it('a pod without a container that was named, and a failure without words', () => {
  const open = opening('v4.channel.k8s.io') as { readonly request: object }
  const request = { ...open.request, container: null }
  const [row] = timeline([{ ...open, request } as TraceEvent])
  expect(row?.detail).toBe('exec in shop/web-0, stdin stdout, v4.channel.k8s.io')
  expect(rows([message('in', status('{"status":"Failure","reason":"Gone"}'))])[0]?.detail).toBe(
    'failure: Gone',
  )
  expect(rows([message('in', status('{"metadata":{}}'))])[0]?.detail).toBe('failure: ')
})

it('what goes out and is no message of the subprotocol has nothing to say', () => {
  const texts = [message('out', 'oops'), message('out', new Uint8Array(0))]
  expect(rows(texts).map(({ detail }) => detail)).toEqual(['', ''])
  expect(rows([message('out', Uint8Array.of(255))])[0]?.detail).toBe('message ends')
  expect(rows([message('in', encodeFrame(1, bytes('x'.repeat(200))))])[0]?.detail).toBe(
    `"${'x'.repeat(200)}"`,
  )
})

it('any bytes make rows without control characters', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom('in', 'out'), (data, direction) => {
      const [row] = rows([message(direction, data)])
      expect(row?.detail).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }),
  )
})
