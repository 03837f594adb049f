import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OutputStream } from '../../../src/process/output-stream.ts'
import { Session } from '../../../src/process/session.ts'
import { StdinStream } from '../../../src/process/stdin-stream.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})
afterEach(() => {
  // Whatever happened, the session has left no timer behind.
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const heartbeat = { interval: 5_000, deadline: 30_000 }

function open({ slack = 1000, kind = 'exec' as 'exec' | 'attach', protocol = 'v5' } = {}) {
  const socket = new FakeSocket(protocol === 'v5' ? 'v5.channel.k8s.io' : 'channel.k8s.io')
  const stdin = new StdinStream(socket, 'close', 100)
  const stdout: OutputStream = new OutputStream(slack, () => session.release(1))
  const stderr: OutputStream = new OutputStream(slack, () => session.release(2))
  const session: Session = new Session(
    socket,
    { stdin, stdout, stderr },
    { kind, heartbeat, collected: () => ({ stdout: 'o', stderr: 'e' }) },
  )
  socket.listen(session)
  let settled = 0
  const note = () => {
    settled += 1
  }
  session.exit.then(note, note)
  return { socket, session, stdin, stdout, stderr, settled: () => settled }
}

describe('exit', () => {
  it('has the code of the status, once the connection has ended', async () => {
    const { socket, session, settled } = open()
    socket.exit(7)
    await turn()
    expect(settled()).toBe(0)
    expect(session.outcome).toMatchObject({ kind: 'exit', exitCode: 7 })
    socket.end()
    expect(await session.exit).toMatchObject({ exitCode: 7, verified: false })
    expect((await session.exit).status).toMatchObject({ reason: 'NonZeroExitCode' })
  })

  it.each([
    ['a cut connection', 1006],
    ['another close code', 1011],
    ['no close code', 1005],
  ])('the status is final in spite of %s', async (_name, code) => {
    const { socket, session } = open()
    socket.exit(0)
    socket.end({ code, cause: new Error('reset') })
    expect((await session.exit).exitCode).toBe(0)
  })

  it('of an attach has no code', async () => {
    const { socket, session } = open({ kind: 'attach' })
    socket.exit(0)
    socket.end()
    expect(await session.exit).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })

  it('of v1 without a word is success only behind a Close 1000 without text', async () => {
    const silent = open({ protocol: 'v1' })
    silent.socket.end({ code: 1000 })
    expect(await silent.session.exit).toEqual({ exitCode: 0, status: null, verified: false })
    const cut = open({ protocol: 'v1' })
    cut.socket.die()
    await expect(cut.session.exit).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' })
  })

  it('of v1 is not a success when the close was ours', async () => {
    const { session } = open({ protocol: 'v1' })
    const reason = new Error('enough')
    session.fail(reason)
    await expect(session.exit).rejects.toBe(reason)
  })
})

describe('a failure', () => {
  it.each([
    ['close 1000 without a status', { code: 1000 }, 'ConnectionLostError', 'ERR_NO_STATUS'],
    ['close 1011', { code: 1011 }, 'ConnectionLostError', 'ERR_NO_STATUS'],
    ['no close frame', { code: 1006 }, 'ConnectionLostError', 'ERR_CONNECTION_LOST'],
    [
      'a reset',
      { code: 1006, cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) },
      'ConnectionLostError',
      'ERR_CONNECTION_LOST',
    ],
    [
      'a broken frame',
      { code: 1006, cause: Object.assign(new Error('bad'), { code: 'WS_ERR_INVALID_OPCODE' }) },
      'ProtocolError',
      'ERR_PROTOCOL',
    ],
  ])('%s', async (_name, end, name, code) => {
    const { socket, session, stdout } = open()
    socket.end(end)
    const error = await session.exit.catch((reason) => reason)
    expect(error).toMatchObject({ name, code, exitCode: null, stdout: 'o', stderr: 'e' })
    if (name === 'ConnectionLostError') expect(error.closeCode).toBe(end.code)
    expect(error.cause).toBe('cause' in end ? end.cause : undefined)
    stdout.resume()
    await expect.poll(() => stdout.errored).toBe(error)
  })

  it('a status that is no exit code keeps the server’s words and the status', async () => {
    const { socket, session } = open()
    socket.status({
      status: 'Failure',
      reason: 'InternalError',
      message: 'no\u001b[31m such\nfile',
    })
    socket.end()
    await expect(session.exit).rejects.toMatchObject({
      name: 'StatusError',
      code: 'ERR_STATUS',
      message: 'the server could not run the command: no [31m such file',
      status: { reason: 'InternalError' },
      protocol: 'v5.channel.k8s.io',
    })
  })

  it('a status cut short by the end is malformed', async () => {
    const { socket, session } = open()
    socket.output(3, '{"status":"Succ')
    socket.end()
    await expect(session.exit).rejects.toMatchObject({ code: 'ERR_STATUS_MALFORMED' })
  })

  it('a text message ends the session at once', async () => {
    const { socket, session } = open()
    socket.receive('1text')
    expect(socket.closes).toBe(1)
    await expect(session.exit).rejects.toMatchObject({
      name: 'ProtocolError',
      code: 'ERR_PROTOCOL',
    })
  })

  it('nobody has to observe it', async () => {
    const { socket, stdout, stderr } = open()
    for (const stream of [stdout, stderr]) stream.resume()
    socket.die()
    await turn()
    expect([stdout.destroyed, stderr.destroyed]).toEqual([true, true])
  })
})

describe('the first end wins', () => {
  it('a status behind an abort is not heard', async () => {
    const { socket, session } = open()
    socket.answersClose = false
    session.fail('first')
    session.fail('second')
    socket.exit(0)
    socket.end()
    await expect(session.exit).rejects.toBe('first')
    expect(socket.closes).toBe(1)
  })

  it('an abort behind the status does not change it, but ends the session now', async () => {
    const { socket, session, stdout } = open()
    socket.output(1, 'waiting')
    socket.exit(4)
    const reason = new Error('enough')
    session.fail(reason)
    expect(socket.closes).toBe(1)
    expect((await session.exit).exitCode).toBe(4)
    expect([stdout.destroyed, stdout.errored]).toEqual([true, reason])
  })

  it('after the end nothing does anything', async () => {
    const { socket, session, settled } = open()
    socket.exit(0)
    socket.end()
    session.fail(new Error('late'))
    session.release(1)
    session.resize({ columns: 1, rows: 1 })
    await turn()
    expect([socket.closes, settled(), socket.sent]).toEqual([0, 1, []])
  })
})

describe('backpressure', () => {
  it('a full stream pauses the socket, room in it resumes', () => {
    const { socket, stdout } = open({ slack: 4 })
    socket.output(1, '123')
    expect(socket.paused).toBe(false)
    socket.output(1, '4')
    expect(socket.paused).toBe(true)
    stdout.read()
    expect(socket.paused).toBe(false)
    socket.die()
  })

  it('two full streams resume it together', () => {
    const { socket, session, stdout, stderr } = open({ slack: 4 })
    socket.output(1, '1234')
    session.message(Buffer.from('\u00021234'))
    stdout.read()
    expect(socket.paused).toBe(true)
    stderr.destroy()
    socket.output(2, 'nobody wants this')
    return turn().then(() => {
      expect(socket.paused).toBe(false)
      socket.die()
    })
  })

  it('what is held back when the status is there is not cut off', async () => {
    const { socket, session, stdout, settled } = open({ slack: 4 })
    socket.exit(0)
    socket.output(1, 'waits')
    socket.output(1, 'behind')
    vi.advanceTimersByTime(60_000)
    expect([socket.closes, settled()]).toEqual([0, 0])
    stdout.setEncoding('utf8')
    const text = stdout.toArray()
    await expect.poll(() => socket.paused).toBe(false)
    socket.end()
    expect((await text).join('')).toBe('waitsbehind')
    expect((await session.exit).exitCode).toBe(0)
  })
})

describe('after the status', () => {
  it('a server that does not close is left after a second', async () => {
    const { socket, session } = open()
    socket.exit(3)
    vi.advanceTimersByTime(999)
    expect(socket.closes).toBe(0)
    vi.advanceTimersByTime(1)
    expect(socket.closes).toBe(1)
    expect((await session.exit).exitCode).toBe(3)
  })

  it('but not while output is still coming', () => {
    const { socket, stdout } = open()
    stdout.resume()
    socket.exit(3)
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(900)
      socket.output(1, 'more')
    }
    expect(socket.closes).toBe(0)
    vi.advanceTimersByTime(2_000)
    expect(socket.closes).toBe(1)
  })

  it('empty messages do not keep it', () => {
    const { socket } = open()
    socket.exit(3)
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(400)
      socket.output(1, '')
    }
    expect(socket.closes).toBe(1)
  })

  it('stdin is released without an error', async () => {
    const { socket, stdin } = open()
    stdin.write(Buffer.alloc(1000))
    socket.exit(0)
    expect([stdin.destroyed, stdin.errored]).toEqual([true, null])
    socket.end()
  })
})

describe('a connection that takes nothing any more', () => {
  it.each(['before', 'after'])('releases stdin while output is held back that came %s', (when) => {
    const { socket, stdin } = open({ slack: 4 })
    if (when === 'before') socket.output(1, '1234')
    stdin.write(Buffer.alloc(1000))
    socket.break()
    if (when === 'after') {
      expect(stdin.destroyed).toBe(false)
      socket.output(1, '1234')
    }
    expect([stdin.destroyed, stdin.errored]).toEqual([true, null])
    socket.die()
  })

  it('fails stdin with the session otherwise', async () => {
    const { socket, session, stdin } = open()
    stdin.write(Buffer.alloc(1000))
    socket.break()
    expect(stdin.destroyed).toBe(false)
    socket.die()
    await expect(session.exit).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' })
    expect(stdin.errored).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
  })
})

describe('silence', () => {
  it('is expected while we do not read, and while over 4 KiB of stdin are on their way', () => {
    const { socket, session, stdout, stdin } = open({ slack: 4 })
    expect(session.silenceIsExpected()).toBe(false)
    socket.output(1, '1234')
    expect(session.silenceIsExpected()).toBe(true)
    stdout.read()
    expect(session.silenceIsExpected()).toBe(false)
    stdin.window.sent(4096)
    expect(session.silenceIsExpected()).toBe(false)
    stdin.window.sent(1)
    expect(session.silenceIsExpected()).toBe(true)
    session.pong('4097')
    expect(session.silenceIsExpected()).toBe(false)
    expect(session.pingPayload()).toBe('4097')
    socket.die()
  })

  it('of the server ends the session', async () => {
    const { session } = open()
    vi.advanceTimersByTime(30_000)
    await expect(session.exit).rejects.toMatchObject({
      code: 'ERR_CONNECTION_LOST',
      message: expect.stringContaining('sent nothing for 30000 ms'),
    })
  })
})

it('every order of events settles once, with all output from before the end', async () => {
  const text = fc.string({ minLength: 1, maxLength: 12 })
  const event = fc.oneof(
    fc.record({ type: fc.constant('stdout' as const), text }),
    fc.record({ type: fc.constant('stderr' as const), text }),
    fc.record({ type: fc.constant('stdin' as const), text }),
    fc.constantFrom(
      ...(['exit', 'failure', 'malformed', 'text', 'empty', 'pong', 'abort', 'die'] as const),
    ),
    fc.constantFrom('end', 'wait', 'destroy stderr'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 14 }), fc.nat(20), async (events, slack) => {
      const { socket, session, stdin, stdout, stderr, settled } = open({ slack: slack + 1 })
      let expected = ''
      let received = ''
      stdout.on('data', (chunk) => {
        received += chunk
      })
      // What the session was given; a connection that is cut takes along what was still on its way.
      socket.listen({
        message: (message) => {
          if (session.failure === null && message[0] === 1)
            expected += Buffer.from(message.slice(1)).toString()
          session.message(message)
        },
        pong: (payload) => session.pong(payload),
        end: (end) => session.end(end),
      })
      const reason = new Error('abort')
      for (const next of events) {
        if (typeof next === 'object') {
          if (next.type === 'stdin') stdin.write(next.text)
          else socket.output(next.type === 'stdout' ? 1 : 2, next.text)
          continue
        }
        if (next === 'exit') socket.exit(9)
        else if (next === 'failure') socket.status({ status: 'Failure', message: 'x' })
        else if (next === 'malformed') socket.output(3, '[')
        else if (next === 'text') socket.receive('1x')
        else if (next === 'empty') socket.receive(new Uint8Array())
        else if (next === 'pong') socket.acknowledge()
        else if (next === 'abort') session.fail(reason)
        else if (next === 'die') socket.die()
        else if (next === 'end') socket.end()
        else if (next === 'destroy stderr') stderr.destroy()
        else await turn()
      }
      stderr.resume()
      for (let i = 0; i < 30 && socket.paused; i++) await turn()
      socket.die()
      await turn()
      await turn()
      const sent = socket.sent.length
      stdin.write('late')
      expect([settled(), session.ended, stdin.destroyed]).toEqual([1, true, true])
      expect([socket.sent.length, vi.getTimerCount()]).toEqual([sent, 0])
      // Nothing but a failure of our own may shorten what had come, and nothing may change it.
      if (session.failure === null) expect(received).toBe(expected)
      else expect(expected.startsWith(received)).toBe(true)
      await expect.poll(() => stdout.destroyed).toBe(true)
    }),
    { numRuns: 200 },
  )
})
