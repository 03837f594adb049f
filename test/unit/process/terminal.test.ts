import { getEventListeners } from 'node:events'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { RemoteProcess } from '../../../src/process/remote-process.ts'
import type { TerminalOptions } from '../../../src/process/terminal.ts'
import { attachTerminal } from '../../../src/process/terminal.ts'
import { FakeTerminal } from '../../support/fake-terminal.ts'
import { rejection } from '../../support/rejection.ts'
import { keys, listeners, open, sizes, start, success } from '../../support/terminal-session.ts'

describe('what is typed', () => {
  it('goes over at once, each key in a message of its own', async () => {
    const { socket, terminal, end } = start()
    for (const key of ['l', 's', '\r']) {
      terminal.type(key)
      await turn()
      expect(keys(socket).at(-1)).toBe(key)
    }
    expect(keys(socket)).toEqual(['l', 's', '\r'])
    socket.exit(0)
    socket.end()
    expect(await end).toEqual({ exitCode: 0, status: success, verified: false, detached: false })
  })

  it('goes over as it is, Ctrl-C and Ctrl-D too', async () => {
    const { socket, terminal, end } = start()
    const bytes = '\x03\x04\x1a\x1c\x00\xff\x80'
    terminal.type(bytes)
    await turn()
    expect(keys(socket)).toEqual([bytes])
    socket.exit(130)
    socket.end()
    expect((await end).exitCode).toBe(130)
  })

  it('waits here while the server does not take it', async () => {
    const { socket, terminal, end } = start({ window: 1_000 })
    // Above what a stream of Node's holds: 16 KiB up to Node 20, 64 KiB since.
    const text = 'x'.repeat(100_000)
    terminal.type(text)
    await turn()
    expect([keys(socket).join('').length, terminal.stdin.isPaused()]).toEqual([1_000, true])
    while (keys(socket).join('').length < text.length) {
      socket.acknowledge()
      await turn()
    }
    expect(terminal.stdin.isPaused()).toBe(false)
    socket.exit(0)
    socket.end()
    await end
  })

  it('as strings is sent as UTF-8', async () => {
    const { socket, terminal, end } = start()
    terminal.stdin.setEncoding('utf8')
    terminal.stdin.write('é')
    await turn()
    expect(keys(socket)).toEqual([Buffer.from('é').toString('latin1')])
    socket.exit(0)
    socket.end()
    await end
  })

  it('goes nowhere when the process is to have no stdin; then nothing is raw', async () => {
    const { socket, terminal, end } = start({ stdin: null })
    terminal.type('x')
    await turn()
    expect([keys(socket), terminal.stdin.modes, terminal.stdin.readableLength]).toEqual([[], [], 1])
    socket.exit(0)
    socket.end()
    await end
  })
})

describe('the size', () => {
  it('is told at the start and whenever it changes', async () => {
    const { socket, terminal, end } = start()
    await turn()
    terminal.resize(100, 30)
    await turn()
    expect(sizes(socket)).toEqual(['80x24', '100x30'])
    socket.exit(0)
    socket.end()
    await end
    terminal.resize(1, 1)
    await turn()
    expect(sizes(socket)).toHaveLength(2)
  })

  it('of an attach is told one larger first, so that everything is drawn again', async () => {
    const { socket, end } = start({ kind: 'attach' })
    await turn()
    await turn()
    expect(sizes(socket)).toEqual(['81x25', '80x24'])
    socket.exit(0)
    socket.end()
    expect(await end).toEqual({ exitCode: null, status: success, verified: false, detached: false })
  })

  it('that is none is not told, and an absurd one cut', async () => {
    const { socket, terminal, end } = start()
    terminal.resize(0, 0)
    await turn()
    expect(sizes(socket)).toEqual(['80x24'])
    terminal.resize(1e6, 24)
    await turn()
    expect(sizes(socket)).toEqual(['80x24', '65535x24'])
    socket.exit(0)
    socket.end()
    await end
  })

  it('means nothing to a process without a tty', async () => {
    const { socket, terminal, end } = start({ tty: false })
    terminal.resize(10, 10)
    await turn()
    expect([sizes(socket), terminal.stdin.modes]).toEqual([[], []])
    socket.exit(0)
    socket.end()
    await end
  })
})

describe('the output', () => {
  it('is shown, the last of it too', async () => {
    const { socket, terminal, end } = start()
    socket.output(1, 'one ')
    socket.exit(0)
    socket.output(1, 'two')
    socket.end()
    await end
    expect(terminal.shown).toBe('one two')
  })

  it('of a process without a tty is two', async () => {
    const stderr = new PassThrough()
    const { socket, terminal, end } = start({ tty: false }, { stderr })
    socket.output(1, 'out')
    socket.output(2, 'err')
    socket.exit(0)
    socket.end()
    await end
    expect([terminal.shown, String(stderr.read())]).toEqual(['out', 'err'])
  })

  const slack = 1_000_000
  it('comes in front of the error of a lost connection', async () => {
    const { socket, terminal, end } = start({ slack })
    const piece = 'x'.repeat(40_000)
    for (let i = 0; i < 3; i++) socket.output(1, piece)
    socket.die()
    const failed = rejection(end)
    let shown = ''
    terminal.stdout.on('data', (chunk) => {
      shown += chunk
    })
    expect((await failed).code).toBe('ERR_CONNECTION_LOST')
    expect(shown.length).toBe(3 * piece.length)
  })

  it.each(['an error of the output', 'the signal'])(
    'is not waited for behind the end: %s',
    async (what) => {
      const controller = new AbortController()
      const { signal } = controller
      const { socket, remote, terminal, end } = start({ slack }, { signal })
      for (let i = 0; i < 3; i++) socket.output(1, 'x'.repeat(40_000))
      socket.exit(0)
      socket.end()
      await remote.exit
      if (what === 'the signal') controller.abort(new Error('gone'))
      else terminal.stdout.destroy(new Error('gone'))
      expect((await rejection<Error>(end)).message).toBe('gone')
    },
  )

  it('that cannot be written ends the session', async () => {
    const { socket, terminal, end } = start()
    terminal.stdout.destroy(new Error('gone'))
    expect((await rejection<Error>(end)).message).toBe('gone')
    expect(socket.closes).toBe(1)
  })
})

describe('the end of the local stdin', () => {
  it('is Ctrl-D for an exec with a tty', async () => {
    const { socket, terminal, end } = start()
    terminal.stdin.end('x')
    await turn()
    expect(keys(socket)).toEqual(['x', '\x04'])
    socket.exit(0)
    socket.end()
    await end
  })

  it('leaves an attach with a tty, whose process would end by it', async () => {
    const { socket, terminal, end } = start({ kind: 'attach' })
    terminal.stdin.end('x')
    expect((await end).detached).toBe(true)
    expect(keys(socket)).toEqual(['x'])
  })

  it('is the end of stdin without a tty', async () => {
    const { socket, terminal, end } = start({ kind: 'attach', tty: false })
    terminal.stdin.end('x')
    await turn()
    expect(socket.sent.at(-1)).toEqual(Uint8Array.of(255, 0))
    socket.exit(0)
    socket.end()
    expect((await end).detached).toBe(false)
  })

  it('that cannot be told is an error', async () => {
    const { socket, terminal, end } = start({ tty: false, stdin: 'impossible' })
    terminal.stdin.end('x')
    expect((await rejection(end)).code).toBe('ERR_STDIN_CANNOT_END')
    expect(socket.closes).toBe(1)
  })
})

describe('detach keys', () => {
  const detachKeys = 'ctrl-p,ctrl-q'

  it('end the session, and say so', async () => {
    const { socket, terminal, end } = start({ kind: 'attach' }, { detachKeys })
    terminal.type('a\x10\x11b')
    expect(await end).toEqual({ exitCode: null, status: null, verified: false, detached: true })
    expect([keys(socket), socket.closes]).toEqual([['a'], 1])
  })

  it('that are not completed go over', async () => {
    const { socket, terminal, end } = start({}, { detachKeys })
    for (const key of ['\x10', 'x', '\x10']) terminal.type(key)
    await turn()
    expect(keys(socket)).toEqual(['\x10x'])
    terminal.stdin.end()
    await turn()
    expect(keys(socket)).toEqual(['\x10x', '\x10', '\x04'])
    socket.exit(0)
    socket.end()
    expect((await end).detached).toBe(false)
  })

  it.each(['', 'ctrl-', 1])('%j is refused', async (wrong) => {
    const { socket, end } = start({}, { detachKeys: wrong as string })
    expect(await rejection<Error>(end)).toSatisfy((e) => /detachKeys/.test((e as Error).message))
    socket.die()
  })
})

describe('a server that has fallen silent', () => {
  const heartbeat = { interval: 5, deadline: 60_000 }
  const silent = (remote: RemoteProcess) =>
    expect.poll(() => remote.isSilent, { interval: 1 }).toBe(true)

  it('is left by Ctrl-C, Ctrl-C, Ctrl-C', async () => {
    const { socket, remote, terminal, end } = start({ heartbeat })
    await silent(remote)
    terminal.type('\x03\x03')
    await turn()
    expect(socket.closes).toBe(0)
    terminal.type('\x03')
    expect(await rejection(end)).toMatchObject({ code: 'ERR_CONNECTION_LOST', exitCode: null })
    expect(terminal.stdin.modes).toEqual([true, false])
  })

  it('is not left by anything else, nor one that answers', async () => {
    const { socket, remote, terminal, end } = start({ heartbeat })
    await silent(remote)
    terminal.type('\x03\x03x\x03\x03')
    await turn()
    socket.output(1, 'alive')
    expect(remote.isSilent).toBe(false)
    terminal.type('\x03\x03\x03')
    await turn()
    expect(socket.closes).toBe(0)
    socket.exit(0)
    socket.end()
    await end
  })
})

describe('whatever ends it', () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const succeed = ({ socket }: ReturnType<typeof start>) => {
    socket.exit(0)
    socket.end()
  }
  const ends: [string, (test: ReturnType<typeof start>) => void, TerminalOptions, unknown][] = [
    ['the process', succeed, {}, null],
    ['a lost connection', ({ socket }) => socket.die(), {}, { code: 'ERR_CONNECTION_LOST' }],
    ['close()', ({ remote }) => void remote.close(), {}, { code: 'ERR_SESSION_CLOSED' }],
    ['detaching', ({ terminal }) => terminal.type('x'), { detachKeys: 'x' }, null],
    ['the signal', () => controller.abort(reason), { signal: controller.signal }, reason],
    ['an aborted signal', () => {}, { signal: AbortSignal.abort(reason) }, reason],
    ['stdin that fails', ({ terminal }) => terminal.stdin.destroy(reason), {}, reason],
  ]

  it.each(ends)('%s: the terminal is given back', async (_name, act, options, error) => {
    const before = process.eventNames().map((event) => process.listenerCount(event as 'exit'))
    const test = start({ kind: 'attach' }, options)
    const { terminal, end } = test
    expect(terminal.stdin.isRaw).toBe(true)
    act(test)
    if (error === null) await end
    else expect(await rejection(end)).toMatchObject(error as object)
    expect(terminal.stdin.modes).toEqual([true, false])
    const { stdin, stdout } = terminal
    expect([stdin.isPaused() || stdin.destroyed, stdout.writableEnded]).toEqual([true, false])
    await turn()
    expect(listeners(terminal)).toEqual([])
    const { signal } = options
    if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(process.eventNames().map((e) => process.listenerCount(e as 'exit'))).toEqual(before)
  })

  it.each<[string, unknown, RegExp, object?]>([
    ['no process', {}, /await it/],
    ['a promise', Promise.resolve(), /await it/],
    ['null', null, /await it/],
    ['no stdin', undefined, /stdin must be a stream/, { stdin: 5 }],
    ['no stdout', undefined, /stdout must be a stream/, { stdout: 5 }],
    ['no signal', undefined, /signal must be/, { signal: 5 }],
  ])('%s is an error before anything else', async (_name, given, message, wrong = {}) => {
    const { socket, remote } = open()
    const terminal = new FakeTerminal()
    const { stdin, stdout } = terminal
    const options: TerminalOptions = { stdin, stdout, ...wrong }
    const end = attachTerminal(given === undefined ? remote : (given as RemoteProcess), options)
    const error = await rejection(end)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
    expect([listeners(terminal), socket.closes]).toEqual([[], 0])
  })

  it('a terminal that cannot change its mode any more', async () => {
    const reason = new Error('setRawMode EIO')
    const { socket, remote } = open()
    const terminal = new FakeTerminal()
    const { stdin, stdout } = terminal
    stdin.setRawMode = () => {
      stdin.emit('error', reason)
      return stdin
    }
    expect(await rejection(attachTerminal(remote, { stdin, stdout }))).toBe(reason)
    expect([socket.closes, listeners(terminal)]).toEqual([1, []])
  })

  it('a stdin that was flowing before flows on', async () => {
    const { socket, remote } = open()
    const { stdin, stdout } = new FakeTerminal()
    stdin.resume()
    const end = attachTerminal(remote, { stdin, stdout })
    socket.exit(0)
    socket.end()
    await end
    expect(stdin.isPaused()).toBe(false)
  })

  it('one session after the other has the same terminal', async () => {
    const { stdin, stdout } = new FakeTerminal()
    for (const key of ['x', 'y']) {
      const { socket, remote } = open()
      const end = attachTerminal(remote, { stdin, stdout })
      stdin.write(key)
      await turn()
      expect(keys(socket)).toEqual([key])
      socket.exit(0)
      socket.end()
      await end
    }
  })

  it('without a terminal nothing is raw', async () => {
    const { socket, remote } = open()
    const { stdin, stdout } = new FakeTerminal()
    stdin.isTTY = false
    const end = attachTerminal(remote, { stdin, stdout })
    stdin.write('x')
    await turn()
    expect([keys(socket), stdin.modes]).toEqual([['x'], []])
    socket.exit(0)
    socket.end()
    await end
  })
})

it('refuses options that there are not', async () => {
  const { socket, remote } = open()
  const options = { detachkeys: 'x' } as TerminalOptions
  expect(await rejection(attachTerminal(remote, options))).toBeInstanceOf(TypeError)
  socket.die()
})
