import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StdinEnd } from '../../../src/process/stdin-stream.ts'
import { StdinStream } from '../../../src/process/stdin-stream.ts'
import type { Message } from '../../../src/protocol/index.ts'
import { decodeFrame, subprotocols } from '../../../src/protocol/index.ts'
import { FakeSocket } from '../../support/fake-socket.ts'
import { uncaught } from '../../support/uncaught.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** The payloads of all that went to stdin. */
function payloads(socket: FakeSocket): Uint8Array[] {
  return socket.sent.map((message: Message) => {
    const frame = decodeFrame(message, socket.subprotocol)
    if (frame === null || 'violation' in frame) throw new Error('not a message')
    expect(frame.channel).toBe(0)
    return frame.payload
  })
}

const lengths = (socket: FakeSocket) => payloads(socket).map(({ length }) => length)

describe('messages', () => {
  // P-3.9
  it('hold at most 32 KiB', () => {
    const socket = new FakeSocket()
    new StdinStream(socket, 'close', mebibyte).write(Buffer.alloc(100_000))
    expect(lengths(socket)).toEqual([32_768, 32_768, 32_768, 1_696])
  })

  it.each(subprotocols)('carry the bytes as they are over %s', (subprotocol) => {
    const socket = new FakeSocket(subprotocol)
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    new StdinStream(socket, 'impossible', mebibyte).write(bytes)
    expect(Buffer.concat(payloads(socket))).toEqual(bytes)
  })

  it('take text as UTF-8', () => {
    const socket = new FakeSocket()
    new StdinStream(socket, 'close', mebibyte).write('ä😀')
    expect(Buffer.concat(payloads(socket)).toString()).toBe('ä😀')
  })

  it('are copies: the caller may use its buffer again', () => {
    const socket = new FakeSocket()
    const buffer = Buffer.from('abc')
    new StdinStream(socket, 'close', mebibyte).write(buffer)
    buffer.fill('z')
    expect(socket.sent).toEqual([Uint8Array.of(0, 97, 98, 99)])
  })
})

describe('credit', () => {
  it('stops what is over the window, and a receipt lets it go on', () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 40 * kibibyte)
    let written = 0
    stdin.write(Buffer.alloc(100 * kibibyte), () => {
      written += 1
    })
    expect(lengths(socket)).toEqual([32 * kibibyte, 8 * kibibyte])
    expect(socket.pings.at(-1)).toBe(String(40 * kibibyte))
    stdin.pong(String(32 * kibibyte))
    expect(lengths(socket).slice(2)).toEqual([32 * kibibyte])
    stdin.pong(String(72 * kibibyte))
    expect(lengths(socket).slice(3)).toEqual([28 * kibibyte])
    expect(stdin.window.acknowledged).toBe(72 * kibibyte)
    return expect.poll(() => written).toBe(1)
  })

  it('is not opened by what is no receipt', () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 10)
    stdin.write(Buffer.alloc(20))
    for (const pong of ['', 'x', '20', '0', '-1']) stdin.pong(pong)
    expect(lengths(socket)).toEqual([10])
  })

  it('a window of one byte is slow, but enough', async () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 1)
    stdin.end('abc')
    while (socket.sent.length < 4) {
      stdin.pong(socket.pings.at(-1) ?? '')
      await turn()
    }
    expect(socket.sent.slice(0, 3).map(String)).toEqual(['0,97', '0,98', '0,99'])
    expect(socket.sent[3]).toEqual(Uint8Array.of(255, 0))
  })

  it('of a window that a fraction of a millisecond has widened is whole bytes', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close')
    now.mockReturnValue(100_000.001 / 320_000)
    stdin.pong('0')
    now.mockRestore()
    const bytes = randomBytes(4 * mebibyte)
    stdin.end(bytes)
    while (stdin.window.acknowledged < bytes.length) {
      const before = socket.sent.length
      stdin.pong(socket.pings.at(-1) ?? '')
      // At most the window, in messages that are as long as they can be but for one.
      expect(socket.sent.length - before).toBeLessThan(40)
    }
    // The last one is its end.
    const messages = socket.sent.slice(0, -1).map((message) => Buffer.from(message).subarray(1))
    expect(Math.min(...messages.map(({ length }) => length))).toBeGreaterThan(0)
    expect(Buffer.concat(messages).equals(bytes)).toBe(true)
  })

  it('makes write() say that it is full, and drain follows', async () => {
    const stdin = new StdinStream(new FakeSocket(), 'close', 10)
    expect(stdin.write(Buffer.alloc(64 * kibibyte))).toBe(false)
    const drained = once(stdin, 'drain')
    while (stdin.writableLength > 0) stdin.pong(String(stdin.window.acknowledged + 10))
    await drained
    expect(stdin.writableNeedDrain).toBe(false)
  })
})

describe('what has not left this process', () => {
  it('is bounded whatever the window allows, and goes on once it has', () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 8 * mebibyte)
    socket.backlog = 512 * kibibyte - 1
    stdin.write(Buffer.alloc(32 * kibibyte))
    expect(lengths(socket)).toEqual([32 * kibibyte])
    socket.backlog += 1
    stdin.write('late')
    expect(socket.sent).toHaveLength(1)
    socket.backlog = 0
    stdin.drain()
    expect(lengths(socket)).toEqual([32 * kibibyte, 4])
  })

  it('and the window: both have to allow it', () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 4)
    stdin.write('abcdef')
    stdin.drain()
    expect(lengths(socket)).toEqual([4])
    socket.backlog = mebibyte
    stdin.pong('4')
    expect(lengths(socket)).toEqual([4])
    socket.backlog = 0
    stdin.drain()
    expect(lengths(socket)).toEqual([4, 2])
  })
})

describe('a peer that answers no ping', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('is asked at the open, and its window lifted after a while', () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 4, 1_000)
    expect(socket.pings).toEqual(['0'])
    stdin.write('abcdefgh')
    vi.advanceTimersByTime(999)
    expect(lengths(socket)).toEqual([4])
    vi.advanceTimersByTime(1)
    expect(lengths(socket)).toEqual([4, 4])
    expect(stdin.window.unacknowledged).toBe(8)
    // A late receipt puts the window back.
    stdin.pong('4')
    stdin.write('ij')
    stdin.write('kl')
    expect(lengths(socket)).toEqual([4, 4])
    stdin.destroy()
  })

  it.each(['0', '4'])('once is enough: %s', (pong) => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 4, 1_000)
    stdin.write('abcd')
    stdin.write('efgh')
    stdin.pong(pong)
    const sent = socket.sent.length
    vi.advanceTimersByTime(10_000)
    expect(socket.sent).toHaveLength(sent)
  })

  it('the end of the session leaves no timer', () => {
    new StdinStream(new FakeSocket(), 'close', 4, 1_000).release()
    new StdinStream(new FakeSocket(), 'close', 4, 1_000).destroy(new Error('lost'))
  })
})

describe('the end', () => {
  it('is a CLOSE message behind the last byte', async () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', mebibyte)
    stdin.end('x')
    await once(stdin, 'finish')
    expect(socket.sent).toEqual([Uint8Array.of(0, 120), Uint8Array.of(255, 0)])
    expect(socket.pings).toEqual(['0', '1'])
    expect(stdin.canEnd).toBe(true)
  })

  it('waits for credit', async () => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, 'close', 2)
    stdin.end('abc')
    await turn()
    expect(socket.sent).toHaveLength(1)
    stdin.pong('2')
    await once(stdin, 'finish')
    expect(socket.sent.at(-1)).toEqual(Uint8Array.of(255, 0))
  })

  // P-4.5
  it('of a terminal is the byte 0x04', async () => {
    const socket = new FakeSocket('v4.channel.k8s.io')
    const stdin = new StdinStream(socket, 'terminal', mebibyte)
    stdin.end()
    await once(stdin, 'finish')
    expect(socket.sent).toEqual([Uint8Array.of(0, 4)])
    expect([stdin.canEnd, stdin.errored]).toEqual([true, null])
  })

  // P-4.4
  it('is an error where there is none, after everything was sent', async () => {
    const socket = new FakeSocket('v4.channel.k8s.io')
    const stdin = new StdinStream(socket, 'impossible', mebibyte)
    const ended = new Promise((resolve) => stdin.once('error', resolve).end('x'))
    expect(await ended).toMatchObject({
      name: 'ExecError',
      code: 'ERR_STDIN_CANNOT_END',
      protocol: 'v4.channel.k8s.io',
    })
    expect(socket.sent).toEqual([Uint8Array.of(0, 120)])
    expect([stdin.canEnd, stdin.destroyed]).toEqual([false, true])
  })
})

describe('given up behind end(), while the window holds some of it back,', () => {
  const cause = new Error('aborted')

  function waiting(end: StdinEnd) {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, end, 2)
    const causes: Error[] = []
    stdin.onAbandon((error) => causes.push(error))
    stdin.end('abc')
    return { socket, stdin, causes }
  }

  it.each([
    ['close', [255, 0]],
    ['terminal', [0, 4]],
    ['impossible', []],
  ] as const)('it ends as it would without end(): %s', (end, told) => {
    const { socket, stdin, causes } = waiting(end)
    stdin.destroy()
    expect(socket.sent.slice(1).flatMap((message) => [...message])).toEqual(told)
    expect(causes).toEqual([])
  })

  it('with an error, its session is told', () => {
    const { socket, stdin, causes } = waiting('close')
    stdin.destroy(cause)
    expect([socket.sent.length, causes]).toEqual([1, [cause]])
  })

  it('but not once all of it was sent', async () => {
    const { socket, stdin, causes } = waiting('close')
    stdin.pong('2')
    await turn()
    stdin.destroy(cause)
    expect([socket.sent.length, causes]).toEqual([3, []])
  })
})

describe('callbacks are called exactly once', () => {
  /** Three writes of which none has the credit to be done, and the end. */
  function waiting() {
    const stdin = new StdinStream(new FakeSocket(), 'close', 4)
    const calls: [string, boolean][] = []
    const note = (name: string) => (error?: Error | null) => calls.push([name, error != null])
    for (const name of ['a', 'b', 'c']) stdin.write(Buffer.alloc(10), note(name))
    stdin.end(note('end'))
    return { stdin, calls }
  }

  it('when everything could be sent', async () => {
    const { stdin, calls } = waiting()
    while (stdin.window.acknowledged < 30) {
      stdin.pong(String(Math.min(stdin.window.acknowledged + 4, 30)))
      await turn()
    }
    expect(calls).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['end', false],
    ])
  })

  it('with an error when the session has failed', async () => {
    const { stdin, calls } = waiting()
    stdin.destroy(new Error('lost'))
    await turn()
    // What was not sent whole was not written.
    expect(calls.sort()).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
      ['end', true],
    ])
  })

  it('when the command has ended', async () => {
    const { stdin, calls } = waiting()
    const errors: unknown[] = []
    stdin.on('error', (error) => errors.push(error))
    stdin.release()
    stdin.pong('4')
    await once(stdin, 'close')
    await turn()
    expect(calls.map(([name]) => name).sort()).toEqual(['a', 'b', 'c', 'end'])
    expect(errors).toEqual([])
  })
})

it('what a callback throws reaches the program, and not the socket', async () => {
  const stdin = new StdinStream(new FakeSocket(), 'close', 4)
  const bug = new Error('a bug of the caller’s')
  const thrown = uncaught()
  stdin.write(Buffer.alloc(5), () => {
    throw bug
  })
  await turn()
  stdin.pong('4')
  expect(await thrown).toBe(bug)
})

// P-4.9
it('after the end of the command nothing is sent, and a write is no event', async () => {
  const socket = new FakeSocket()
  const stdin = new StdinStream(socket, 'close', mebibyte)
  stdin.release()
  const late = new Promise((resolve) => stdin.write('late', resolve))
  expect(await late).toMatchObject({ code: 'ERR_STREAM_DESTROYED' })
  stdin.end()
  await turn()
  expect([socket.sent, socket.pings, stdin.errored]).toEqual([[], ['0'], null])
})

describe('cut short', () => {
  it.each([
    ['close', true, [255, 0]],
    ['terminal', true, []],
    ['counted', false, []],
    ['impossible', false, []],
  ] as const)('%s', (end, told, sent) => {
    const socket = new FakeSocket()
    const stdin = new StdinStream(socket, end, mebibyte)
    expect(stdin.cutShort()).toBe(told)
    expect(socket.sent.flatMap((message) => [...message])).toEqual(sent)
    expect(stdin.destroyed).toBe(true)
    expect(stdin.write('late')).toBe(false)
  })

  it('counted, ends without a message', async () => {
    const socket = new FakeSocket('v4.channel.k8s.io')
    const stdin = new StdinStream(socket, 'counted', mebibyte)
    stdin.end('abc')
    await once(stdin, 'finish')
    expect(lengths(socket)).toEqual([3])
  })
})
