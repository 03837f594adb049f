import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CommandSignals } from '../../../src/process/command-signals.ts'
import { Session } from '../../../src/process/session.ts'
import { abandon, signalCommand } from '../../../src/process/termination.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const reason = new Error('enough')

/** The script's exit code when there is no such command. */
const notFound = 3

/** A session, and signals of which some have a consequence. */
function open(onSignal: (signal: string, socket: FakeSocket) => number | null = () => 0) {
  const socket = new FakeSocket()
  const session = new Session(
    socket,
    { stdin: null, stdout: null, stderr: null },
    { kind: 'exec', heartbeat: false, collected: () => ({ stdout: '', stderr: '' }) },
  )
  socket.listen(session)
  const sent: string[] = []
  const wrapper = new Wrapper(['x'], { stdin: false, stdout: true, stderr: true, tty: false })
  const signals = new CommandSignals(wrapper, async (argv) => {
    sent.push(String(argv.at(-1)))
    return onSignal(String(argv.at(-1)), socket)
  })
  return { socket, session, signals, sent }
}

function end(socket: FakeSocket, exitCode: number): 0 {
  socket.exit(exitCode)
  socket.end()
  return 0
}

describe('a session that is not wanted any more', () => {
  it('is closed, and its command left alone', async () => {
    const { socket, session, signals, sent } = open()
    await abandon(session, reason, 'leave', signals)
    expect([sent, socket.closes]).toEqual([[], 1])
    await expect(session.exit).rejects.toBe(reason)
    expect(session.outcome).toBeNull()
  })

  it('has its command told to end', async () => {
    const { session, signals, sent } = open((_signal, socket) => end(socket, 143))
    await abandon(session, reason, 'terminate', signals)
    expect(sent).toEqual(['TERM'])
    await expect(session.exit).rejects.toBe(reason)
    expect(session.outcome).toMatchObject({ exitCode: 143 })
  })

  it('has its command killed when it does not listen', async () => {
    const { session, signals, sent } = open((signal, socket) =>
      signal === 'KILL' ? end(socket, 137) : 0,
    )
    const over = abandon(session, reason, 'terminate', signals)
    await vi.advanceTimersByTimeAsync(4_900)
    expect(sent).toEqual(['TERM'])
    await vi.advanceTimersByTimeAsync(200)
    await over
    expect(sent).toEqual(['TERM', 'KILL'])
    await expect(session.exit).rejects.toBe(reason)
    expect(session.outcome).toMatchObject({ exitCode: 137 })
  })

  it.each(['kill', 'terminate'] as const)(
    'is open before its command runs, which is looked for again: %s',
    async (onAbort) => {
      let starting = 3
      const { session, signals, sent } = open((_signal, socket) => {
        starting -= 1
        return starting >= 0 ? notFound : end(socket, 137)
      })
      const over = abandon(session, reason, onAbort, signals)
      await vi.advanceTimersByTimeAsync(1_000)
      await over
      expect(sent).toEqual(Array(4).fill(onAbort === 'kill' ? 'KILL' : 'TERM'))
      await expect(session.exit).rejects.toBe(reason)
    },
  )

  it.each([
    ['sent in vain', () => 0],
    ['not sent', () => 1],
    [
      'not even tried',
      () => {
        throw new Error('refused')
      },
    ],
  ])('is closed when signals are %s', async (_name, onSignal) => {
    const { socket, session, signals, sent } = open(onSignal)
    const over = abandon(session, reason, 'kill', signals)
    await vi.advanceTimersByTimeAsync(2_100)
    await over
    expect([sent, socket.closes]).toEqual([['KILL'], 1])
    await expect(session.exit).rejects.toBe(reason)
    expect(session.outcome).toBeNull()
  })

  it('is left as it is when the outcome is known', async () => {
    const { socket, session, signals, sent } = open()
    socket.exit(3)
    await abandon(session, reason, 'kill', signals)
    expect(sent).toEqual([])
    expect(await session.exit).toMatchObject({ exitCode: 3 })
  })
})

describe('a signal to a command that is not there', () => {
  it('was not sent, in the end', async () => {
    const { session, signals, sent } = open(() => notFound)
    const found = signalCommand(session, signals, 'SIGHUP')
    await vi.advanceTimersByTimeAsync(1_900)
    expect(sent.length).toBe(8)
    await vi.advanceTimersByTimeAsync(200)
    expect(await found).toBe(false)
    expect(sent.length).toBe(9)
    session.fail(reason)
  })

  it('is not sent again when the session has ended meanwhile', async () => {
    const { socket, session, signals, sent } = open(() => notFound)
    const found = signalCommand(session, signals, 'SIGHUP')
    await vi.advanceTimersByTimeAsync(10)
    end(socket, 0)
    expect(await found).toBe(false)
    expect(sent).toEqual(['HUP'])
  })

  it('that is known to have ended is not looked for', async () => {
    const { socket, session, signals, sent } = open(() => notFound)
    socket.exit(0)
    expect(await signalCommand(session, signals, 'SIGHUP')).toBe(false)
    await expect(signalCommand(session, signals, 'SIGNONE')).rejects.toBeInstanceOf(RangeError)
    expect(sent).toEqual([])
    socket.end()
  })
})
