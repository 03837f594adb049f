import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { OutputStream } from '../../../src/process/output-stream.ts'
import { RemoteProcess } from '../../../src/process/remote-process.ts'
import { Session } from '../../../src/process/session.ts'
import { StdinStream } from '../../../src/process/stdin-stream.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

function open({ tty = false, stdin = true } = {}) {
  const socket = new FakeSocket(tty ? 'v4.channel.k8s.io' : 'v5.channel.k8s.io')
  const streams = {
    stdin: stdin ? new StdinStream(socket, tty ? 'terminal' : 'close', 100) : null,
    stdout: new OutputStream(100, () => session.release(1)),
    stderr: null,
  }
  const session: Session = new Session(socket, streams, {
    kind: 'exec',
    heartbeat: false,
    collected: () => ({ stdout: '', stderr: '' }),
  })
  socket.listen(session)
  return { socket, remote: new RemoteProcess(session, streams, tty) }
}

/** The sizes that went over the wire. */
const sizes = (socket: FakeSocket) =>
  socket.sent
    .filter((message) => message[0] === 4)
    .map((message) => JSON.parse(Buffer.from(message.slice(1)).toString()))

describe('resize', () => {
  it('sends the last of several sizes', async () => {
    const { socket, remote } = open({ tty: true })
    for (const columns of [10, 20, 30]) remote.resize({ columns, rows: 5 })
    expect(sizes(socket)).toEqual([])
    await turn()
    expect(sizes(socket)).toEqual([{ Width: 30, Height: 5 }])
    remote.resize({ columns: 40, rows: 6 })
    await turn()
    expect(sizes(socket)).toHaveLength(2)
    socket.die()
  })

  it('takes the size as it is now, not as it will be', async () => {
    const { socket, remote } = open({ tty: true })
    const size = { columns: 80, rows: 24 }
    remote.resize(size)
    size.rows = -1
    await turn()
    expect(sizes(socket)).toEqual([{ Width: 80, Height: 24 }])
    socket.die()
  })

  it.each([
    [{ columns: 0, rows: 1 }, RangeError],
    [{ columns: 1, rows: 65_536 }, RangeError],
    [{ columns: 1.5, rows: 1 }, RangeError],
    [{ columns: '80', rows: 1 }, TypeError],
    [null, TypeError],
  ])('refuses %j', (size, error) => {
    const { socket, remote } = open({ tty: true })
    expect(() => remote.resize(size as { columns: number; rows: number })).toThrow(error)
    socket.die()
  })

  it('refuses a session without a tty', () => {
    const { socket, remote } = open()
    expect(() => remote.resize({ columns: 80, rows: 24 })).toThrow(TypeError)
    socket.die()
  })

  it('after the end is nothing', async () => {
    const { socket, remote } = open({ tty: true })
    socket.exit(0)
    socket.end()
    remote.resize({ columns: 80, rows: 24 })
    await turn()
    expect(sizes(socket)).toEqual([])
  })
})

describe('what it says of stdin', () => {
  it.each([
    ['close', { tty: false }, true],
    ['terminal', { tty: true }, true],
    ['none', { stdin: false }, false],
  ])('%s', (_name, options, canEnd) => {
    const { socket, remote } = open(options)
    expect(remote.canEndStdin).toBe(canEnd)
    expect(remote.stdinAcknowledged).toBe(0)
    socket.die()
  })

  it('counts what the server has taken', () => {
    const { socket, remote } = open()
    remote.stdin?.write(Buffer.alloc(60))
    socket.acknowledge()
    expect(remote.stdinAcknowledged).toBe(60)
    socket.die()
  })
})

describe('close', () => {
  it('rejects exit, fails the streams and resolves itself', async () => {
    const { socket, remote } = open()
    await remote.close()
    const error = await remote.exit.catch((reason) => reason)
    expect(error).toMatchObject({
      name: 'ConnectionLostError',
      code: 'ERR_SESSION_CLOSED',
      closeCode: 1000,
      exitCode: null,
      protocol: 'v5.channel.k8s.io',
    })
    expect([remote.stdout?.errored, remote.stdin?.errored]).toEqual([error, error])
    await remote.close()
    expect(socket.closes).toBe(1)
  })

  it('waits for the connection to be gone', async () => {
    const { socket, remote } = open()
    socket.answersClose = false
    let closed = false
    const closing = remote[Symbol.asyncDispose]().then(() => {
      closed = true
    })
    await turn()
    expect(closed).toBe(false)
    socket.end()
    await closing
  })

  it('behind the status ends a session that nobody reads, and keeps the exit code', async () => {
    const { socket, remote } = open()
    socket.exit(5)
    socket.output(1, Buffer.alloc(100))
    socket.output(1, 'held back')
    await remote.close()
    expect((await remote.exit).exitCode).toBe(5)
    expect(remote.stdout?.errored).toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })
})

it('printed, it shows neither session nor socket', () => {
  const { socket, remote } = open()
  expect(inspect(remote, { depth: 9 })).not.toMatch(/FakeSocket|Session/)
  socket.die()
})
