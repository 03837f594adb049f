import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Opener } from '../../../src/process/open-process.ts'
import { openProcess, stdinEnd } from '../../../src/process/open-process.ts'
import type { Subprotocol } from '../../../src/protocol/index.ts'
import { subprotocols } from '../../../src/protocol/index.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

const defaults = { heartbeat: false, outputSlack: 8, stdinWindow: 50 } as const

function opener(subprotocol: Subprotocol = 'v5.channel.k8s.io', opened = () => {}) {
  const socket = new FakeSocket(subprotocol)
  const open: Opener = async (accept) => {
    const session = accept(socket)
    socket.listen(session)
    opened()
    return session
  }
  return { socket, open }
}

describe('stdin ends', () => {
  it.each(subprotocols)('over %s', (subprotocol) => {
    const socket = new FakeSocket(subprotocol)
    expect(stdinEnd(socket, true)).toBe('terminal')
    expect(stdinEnd(socket, false)).toBe(
      subprotocol === 'v5.channel.k8s.io' ? 'close' : 'impossible',
    )
  })
})

describe('the streams', () => {
  it.each([
    [{}, [false, true, true]],
    [{ stdin: true, stdout: false }, [true, false, true]],
    [{ stderr: false }, [false, true, false]],
    [{ tty: true, stdin: true }, [true, true, false]],
    [{ tty: { columns: 1, rows: 1 } }, [false, true, false]],
  ])('of %j', async (options, there) => {
    const { socket, open } = opener()
    const { stdin, stdout, stderr } = await openProcess(open, 'exec', options, defaults)
    expect([stdin, stdout, stderr].map((stream) => stream !== null)).toEqual(there)
    socket.die()
  })

  it('carry their own channel, and output that nobody asked for is dropped', async () => {
    const { socket, open } = opener()
    const remote = await openProcess(open, 'exec', { stdout: false }, defaults)
    socket.output(1, Buffer.alloc(1000))
    socket.output(2, 'err')
    socket.exit(0)
    socket.end()
    expect((await remote.exit).exitCode).toBe(0)
    expect(await text(remote.stderr ?? Readable.from([]))).toBe('err')
  })

  it('hold their slack', async () => {
    const { socket, open } = opener()
    const remote = await openProcess(open, 'exec', {}, defaults)
    socket.output(1, '12345678')
    expect(socket.paused).toBe(true)
    remote.stdout?.resume()
    await expect.poll(() => socket.paused).toBe(false)
    socket.die()
  })

  it.each([
    [undefined, 50],
    [20, 20],
  ])('a stdinWindow of %s lets %i bytes out', async (stdinWindow, bytes) => {
    const { socket, open } = opener()
    const remote = await openProcess(open, 'exec', { stdin: true, stdinWindow }, defaults)
    remote.stdin?.write(Buffer.alloc(100))
    expect(socket.sent.map((message) => message.length - 1)).toEqual([bytes])
    socket.die()
  })
})

// P-5.4
it('the size of a terminal goes out before anything else can', async () => {
  const seen: number[] = []
  const { socket, open } = opener('v4.channel.k8s.io', () => seen.push(socket.sent.length))
  await openProcess(open, 'exec', { tty: { columns: 132, rows: 43 } }, defaults)
  expect(seen).toEqual([1])
  expect(socket.sent[0]).toEqual(Uint8Array.from([4, ...Buffer.from('{"Width":132,"Height":43}')]))
  socket.die()
})

// P-8.1
it('an attach has no exit code', async () => {
  const { socket, open } = opener()
  const remote = await openProcess(open, 'attach', {}, defaults)
  socket.exit(0)
  socket.end()
  expect((await remote.exit).exitCode).toBeNull()
})

describe('the signal', () => {
  it('ends the session with its reason and is let go of', async () => {
    const { socket, open } = opener()
    const controller = new AbortController()
    const { signal } = controller
    const remote = await openProcess(open, 'exec', { signal }, defaults)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    const reason = { why: 'enough' }
    controller.abort(reason)
    await expect(remote.exit).rejects.toBe(reason)
    expect([socket.closes, getEventListeners(signal, 'abort').length]).toEqual([1, 0])
    expect(remote.stdout?.errored?.cause).toBe(reason)
  })

  it('that comes while the session opens is not lost', async () => {
    const controller = new AbortController()
    const { open } = opener('v5.channel.k8s.io', () => controller.abort('early'))
    const remote = await openProcess(open, 'exec', { signal: controller.signal }, defaults)
    await expect(remote.exit).rejects.toBe('early')
  })

  it('is let go of when the command ends by itself', async () => {
    const { socket, open } = opener()
    const { signal } = new AbortController()
    const remote = await openProcess(open, 'exec', { signal }, defaults)
    socket.exit(0)
    socket.end()
    await remote.exit
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

it('an opener that fails fails the call', async () => {
  const reason = new Error('refused')
  await expect(openProcess(() => Promise.reject(reason), 'exec', {}, defaults)).rejects.toBe(reason)
})

describe('the size', () => {
  it.each([
    ['exec', ['{"Width":80,"Height":24}']],
    ['attach', ['{"Width":81,"Height":25}', '{"Width":80,"Height":24}']],
  ] as const)('of an %s is sent right away', async (kind, expected) => {
    const { socket, open } = opener('v4.channel.k8s.io')
    const remote = await openProcess(open, kind, { tty: { columns: 80, rows: 24 } }, defaults)
    expect(remote).toMatchObject({ kind, tty: true, isSilent: false })
    expect(
      socket.sent.map((message) => Buffer.from(message.slice(1) as Uint8Array).toString()),
    ).toEqual(expected)
    socket.die()
  })
})
