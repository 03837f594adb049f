import { afterEach, expect, it, vi } from 'vitest'
import type { TraceEvent, TraceRequest } from '../../../src/protocol/index.ts'
import type { SocketEnd, SocketEvents } from '../../../src/transport/socket.ts'
import { TracedSocket } from '../../../src/transport/traced-socket.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

const request: TraceRequest = {
  kind: 'exec',
  namespace: 'default',
  pod: 'web-0',
  container: 'app',
  stdin: true,
  stdout: true,
  stderr: false,
  tty: false,
}

class Listener implements SocketEvents {
  readonly seen: unknown[] = []
  message(message: unknown): void {
    this.seen.push(message)
  }
  pong(payload: string): void {
    this.seen.push(payload)
  }
  end(end: SocketEnd): void {
    this.seen.push(end)
  }
}

afterEach(() => vi.restoreAllMocks())

it('tells what goes through, and lets it through', () => {
  const fake = new FakeSocket()
  const events: TraceEvent[] = []
  const socket = new TracedSocket(fake, request, (event) => events.push(event))
  const listener = new Listener()
  fake.listen(socket.events(listener))

  socket.ping('7')
  socket.send(Uint8Array.of(0, 97))
  fake.receive(Uint8Array.of(1, 98, 99))
  fake.pong('7')
  socket.close()

  expect(fake.pings).toEqual(['7'])
  expect(fake.sent).toEqual([Uint8Array.of(0, 97)])
  const end = { code: 1000, reason: '', cause: null }
  expect(listener.seen).toEqual([Uint8Array.of(1, 98, 99), '7', end])
  expect(events.map(({ time: _, ...event }) => event)).toEqual([
    {
      type: 'open',
      version: 1,
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      subprotocol: 'v5.channel.k8s.io',
      request,
    },
    { type: 'ping', direction: 'out' },
    { type: 'message', direction: 'out', channel: 0, size: 1, message: Uint8Array.of(0, 97) },
    { type: 'message', direction: 'in', channel: 1, size: 2, message: Uint8Array.of(1, 98, 99) },
    { type: 'pong', direction: 'in' },
    { type: 'close' },
    { type: 'end', code: 1000, reason: '', error: null },
  ])
  const times = events.map(({ time }) => time)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

it('goes on without a trace that throws', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const fake = new FakeSocket()
  let calls = 0
  const socket = new TracedSocket(fake, request, () => {
    calls += 1
    throw new Error('disk full')
  })
  const listener = new Listener()
  fake.listen(socket.events(listener))
  fake.receive(Uint8Array.of(1, 98))
  expect(listener.seen).toEqual([Uint8Array.of(1, 98)])
  expect(calls).toBe(1)
  expect(warn).toHaveBeenCalledExactlyOnceWith('the trace of a session failed: disk full')
})

it('goes on without an async trace that rejects, and warns once', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const fake = new FakeSocket()
  let calls = 0
  const socket = new TracedSocket(fake, request, async () => {
    calls += 1
    throw new Error('disk full')
  })
  const listener = new Listener()
  fake.listen(socket.events(listener))
  fake.receive(Uint8Array.of(1, 98))
  await expect.poll(() => warn.mock.calls).toEqual([['the trace of a session failed: disk full']])
  fake.receive(Uint8Array.of(1, 99))
  expect(listener.seen).toEqual([Uint8Array.of(1, 98), Uint8Array.of(1, 99)])
  expect(calls).toBe(2)
})
