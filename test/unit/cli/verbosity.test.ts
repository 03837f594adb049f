import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { bothTraces, requestNotes, sessionNotes } from '../../../src/cli/verbosity.ts'
import type { TraceEvent } from '../../../src/index.ts'

let written: string
beforeEach(() => {
  written = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())

const lines = () =>
  written
    .replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '')
    .split('\n')
    .slice(0, -1)

const request = {
  kind: 'exec',
  namespace: 'n',
  pod: 'p',
  container: null,
  stdin: true,
  stdout: true,
  stderr: true,
  tty: false,
} as const
const events: TraceEvent[] = [
  {
    type: 'open',
    time: 0,
    version: 1,
    started: '2026-01-01T00:00:00Z',
    subprotocol: 'v5.channel.k8s.io',
    request,
  },
  {
    type: 'message',
    time: 1.23,
    direction: 'out',
    channel: 0,
    size: 6,
    message: Buffer.from('\0secret'),
  },
  { type: 'message', time: 2, direction: 'in', channel: 7, size: 1, message: Buffer.from('\x07x') },
  { type: 'message', time: 2, direction: 'in', channel: null, size: 0 },
  { type: 'ping', time: 3, direction: 'out' },
  { type: 'close', time: 4 },
  { type: 'end', time: 5, code: 1006, reason: '', error: 'read ECONNRESET' },
]

it.each([undefined, 0, 5])('%s: nothing', (verbosity) => {
  expect([requestNotes(verbosity), sessionNotes(verbosity)]).toEqual([undefined, undefined])
})

it('6: requests, and how sessions begin and end', () => {
  const note = requestNotes(6)
  note?.({ url: 'https://h/x', subprotocol: null, httpStatus: 200, milliseconds: 12.4 })
  note?.({
    url: 'https://h/y',
    subprotocol: 'v4.channel.k8s.io',
    httpStatus: null,
    milliseconds: 1,
  })
  for (const event of events) sessionNotes(6)?.(event)
  expect(lines()).toEqual([
    'GET https://h/x 200 in 12 ms',
    'GET https://h/y (v4.channel.k8s.io) no answer in 1 ms',
    'session open: v5.channel.k8s.io',
    'session ended after 5.0 ms: close code 1006, read ECONNRESET',
  ])
})

it('8: messages with their sizes, and nothing of what they hold', () => {
  for (const event of events) sessionNotes(8)?.(event)
  expect(lines().slice(1, -1)).toEqual([
    '1.2 ms -> stdin, 6 bytes',
    '2.0 ms <- channel 7, 1 bytes',
    '2.0 ms <- no channel, 0 bytes',
    '3.0 ms -> ping',
    '4.0 ms -> close',
  ])
  expect(written).not.toContain('secret')
})

it('two traces get the same', () => {
  const [first, second] = [vi.fn(), vi.fn()]
  for (const event of events) bothTraces(first, second)?.(event)
  expect(first.mock.calls).toEqual(events.map((event) => [event]))
  expect(second.mock.calls).toEqual(first.mock.calls)
  expect(bothTraces(first, undefined)).toBe(first)
  expect(bothTraces(undefined, second)).toBe(second)
})
