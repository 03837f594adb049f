import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConformanceServer, Generation } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'
import type { SessionRequest } from './raw-session.ts'
import { all, bytes, openRaw, paths, script, stdin, success, v1, v5 } from './raw-session.ts'
import type { RawFrame, RawWebSocket } from './raw-websocket.ts'
import { Opcode, shown } from './raw-websocket.ts'

// The numbered rules of docs/PROTOCOL.md about sessions, tried by hand against Kubernetes' own code.

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const open = (generation: Generation, query: string, request: SessionRequest = {}) =>
  openRaw(server, generation, query, request)

describe.skipIf(missing !== null)(`messages (${because})`, () => {
  it.each(paths)('P-3.2, P-3.8: binary, never in fragments: /%s, %s', async (generation, name) => {
    const query = script('head -c 300000 /dev/zero; echo err >&2')
    const frames = await (await open(generation, query, { lines: [name] })).rest()
    const messages = frames.filter(({ opcode }) => opcode !== Opcode.Close)
    expect(messages.every(({ opcode, fin }) => opcode === Opcode.Binary && fin)).toBe(true)
    // P-3.10: what servers of today send.
    expect(Math.max(...messages.map(({ payload }) => payload.length))).toBeLessThanOrEqual(32_769)
  })

  it('P-3.3: base64 is text', async () => {
    const lines = ['v4.base64.channel.k8s.io']
    const frames = await (await open('l', script('echo hi'), { lines })).rest()
    expect(frames.map(({ opcode }) => opcode)).toEqual([1, 1, 1, 8])
    expect(shown(frames).slice(0, 2)).toEqual(['1', '1aGkK'])
  })

  it('P-3.4: a server drops what is not base64, and skips line breaks', async () => {
    const lines = ['v4.base64.channel.k8s.io']
    const socket = await open('l', script('head -c 4', 'stdin=1&stdout=1'), { lines })
    for (const text of ['0aGk', '0-_-_', '0aG\r\nkK', '0YR==']) {
      socket.send(Buffer.from(text), { opcode: Opcode.Text })
    }
    const output = (await all(socket)).filter((frame) => /^1./.test(frame))
    expect(output.map((frame) => Buffer.from(frame.slice(1), 'base64').toString()).join('')).toBe(
      'hi\na',
    )
  })

  it.each(paths)('P-3.5, P-3.7: nothings are ignored: /%s, %s', async (generation, name) => {
    const socket = await open(generation, script('head -c 2', 'stdin=1&stdout=1'), {
      lines: [name],
    })
    for (const nothing of [bytes(), bytes(0), bytes(7, 1), bytes(200), bytes(1, 1), bytes(3, 1)]) {
      socket.send(nothing)
    }
    socket.send(Buffer.from('\0o'), { opcode: Opcode.Text })
    socket.send(stdin('k'))
    const frames = await all(socket)
    expect(frames.map((frame) => /^\[1\] (.*)$/.exec(frame)?.[1] ?? '').join('')).toBe('ok')
    expect(frames.at(-2)).toMatch(success)
  })

  it.each(paths)('P-3.6: the first message is empty: /%s, %s', async (generation, subprotocol) => {
    for (const [streams, channel] of [
      ['stdout=1&stderr=1', 1],
      ['stderr=1', 2],
      ['stdin=1', 3],
    ] as const) {
      const socket = await open(generation, script('true', streams), { lines: [subprotocol] })
      expect((await socket.next())?.payload).toEqual(Buffer.of(channel))
      socket.destroy()
    }
  })

  it('P-3.8: a continuation frame is a message of its own', async () => {
    const socket = await open('t', script('head -c 3', 'stdin=1&stdout=1'), { lines: [v5] })
    socket.send(stdin('ab'), { fin: false })
    socket.send(stdin('c'), { opcode: Opcode.Continuation })
    expect((await all(socket)).join('')).toMatch(/ab.*c/)
  })

  it('P-3.9: one byte over 32 MiB is a reset', async () => {
    const limit = 32 * 1024 * 1024
    const send = async (length: number) => {
      const socket = await open('t', script('wc -c', 'stdin=1&stdout=1'), { lines: [v5] })
      await socket.next()
      socket.send(Buffer.alloc(length))
      socket.send(bytes(255, 0))
      return (await all(socket)).join(' ')
    }
    expect(await send(limit)).toContain(String(limit - 1))
    expect(await send(limit + 1)).not.toContain('Success')
  })

  it.each(paths)('P-3.11: an unmasked frame is 1002: /%s, %s', async (generation, subprotocol) => {
    const query = script('cat', 'stdin=1&stdout=1')
    const socket = await open(generation, query, { lines: [subprotocol] })
    await socket.next()
    socket.send(stdin('x'), { masked: false })
    expect((await all(socket)).at(0)).toBe('Close 1002')
  })
})

describe.skipIf(missing !== null)(`stdin (${because})`, () => {
  const cat = script('cat; echo end', 'stdin=1&stdout=1')
  const translated: Generation[] = ['t', 'k']

  it.each(translated)('P-4.2: CLOSE ends stdin, behind its data: /%s', async (generation) => {
    const socket = await open(generation, cat, { lines: [v5] })
    socket.send(stdin('ab'))
    socket.send(bytes(255, 0))
    const frames = await all(socket)
    expect(frames.join('')).toMatch(/ab.*end/s)
    expect(frames.at(-2)).toMatch(success)
  })

  it.each(translated)('P-4.6: what follows a CLOSE is dropped: /%s', async (generation) => {
    const socket = await open(generation, cat, { lines: [v5] })
    for (const message of [bytes(255, 0), bytes(255, 0), stdin('late')]) socket.send(message)
    const frames = await all(socket)
    expect(frames.join('')).toContain('end')
    expect(frames.join('')).not.toContain('late')
  })

  it.each([[[255]], [[255, 9]], [[255, 0, 0]]])(
    'P-4.3: CLOSE %j ends the session',
    async (message) => {
      for (const generation of translated) {
        const socket = await open(generation, cat, { lines: [v5] })
        await socket.next()
        socket.send(bytes(...message))
        expect(await all(socket)).toEqual(['Close 1000'])
      }
    },
  )

  it.each(generations)('P-4.4: CLOSE means nothing on v4: /%s', async (generation) => {
    const socket = await open(generation, script('head -c 2; echo', 'stdin=1&stdout=1'))
    for (const message of [bytes(255, 0), stdin('a'), bytes(255), stdin('b')]) socket.send(message)
    const frames = await all(socket)
    expect(frames.join('').replaceAll(/\[1\] ?/g, '')).toContain('ab')
    expect(frames.at(-2)).toMatch(success)
  })

  it.each(paths)(
    'P-4.1: without a stdin its data is dropped: /%s, %s',
    async (generation, name) => {
      const socket = await open(generation, script('cat; echo end'), { lines: [name] })
      socket.send(stdin('x'))
      const frames = await all(socket)
      expect(frames.join('')).toContain('end')
      expect(frames.join('')).not.toContain('x')
    },
  )

  it.each(paths)('P-4.7: unread stdin stops pongs: /%s, %s', async (generation, subprotocol) => {
    const query = script('sleep 1; cat >/dev/null', 'stdin=1&stdout=1')
    const socket = await open(generation, query, { lines: [subprotocol] })
    await socket.next()
    for (let sent = 0; sent < 1024; sent++) socket.send(Buffer.alloc(32_768))
    socket.send(Buffer.from('p'), { opcode: Opcode.Ping })
    const early = await Promise.race([
      socket.next().then((frame: RawFrame | null) => frame?.opcode),
      new Promise((resolve) => setTimeout(resolve, 500, 'silence')),
    ])
    expect(early).toBe('silence')
    socket.destroy()
  })
})

describe.skipIf(missing !== null)(`terminals and the end (${because})`, () => {
  it.each(paths)('P-5.1: a size arrives: /%s, %s', async (generation, subprotocol) => {
    const size = 'while [ "$(stty size)" != "43 132" ]; do sleep 0.05; done; echo sized'
    const query = script(size, 'stdin=1&stdout=1&tty=1')
    const socket = await open(generation, query, { lines: [subprotocol] })
    socket.send(Buffer.from('\u0004{"Width":132,"Height":43}'))
    expect((await all(socket)).join('')).toContain('sized')
  })

  it('P-5.2: behind a wrong size the next one blocks', async () => {
    const socket = await open('t', script('cat', 'stdin=1&stdout=1&tty=1'), { lines: [v5] })
    await socket.next()
    for (const size of ['{"Width":70000,"Height":1}', '{"Width":1,"Height":1}']) {
      socket.send(Buffer.from(`\u0004${size}`))
    }
    expect(await silent(socket)).toBe(true)
  })

  it('P-5.3: without a tty the second size blocks', async () => {
    const socket = await open('t', script('cat', 'stdin=1&stdout=1'), { lines: [v5] })
    await socket.next()
    for (let sent = 0; sent < 3; sent++) socket.send(Buffer.from('\u0004{"Width":1,"Height":1}'))
    expect(await silent(socket)).toBe(true)
  })

  /** Whether a ping goes without an answer. */
  async function silent(socket: RawWebSocket): Promise<boolean> {
    socket.send(Buffer.from('p'), { opcode: Opcode.Ping })
    const pong = socket.next().then(() => false)
    const result = await Promise.race([
      pong,
      new Promise<boolean>((resolve) => setTimeout(resolve, 500, true)),
    ])
    socket.destroy()
    return result
  }

  it.each(paths)('P-7.1: Close 1000 for everything: /%s, %s', async (generation, subprotocol) => {
    for (const command of [script('true'), script('exit 3'), 'stdout=1&command=no-such-program']) {
      const frames = await all(await open(generation, command, { lines: [subprotocol] }))
      expect(frames.at(-2)).toMatch(/^\[3\] \{/)
      expect(frames.at(-1)).toBe('Close 1000')
    }
  })

  it('P-7.3: silence is the success of v1', async () => {
    expect(await all(await open('l', script('echo hi'), { lines: [v1] }))).toEqual([
      '[1]',
      '[1] hi',
      'Close 1000',
    ])
  })

  it.each(paths)('P-7.8: a Close of any code: /%s, %s', async (generation, subprotocol) => {
    const socket = await open(generation, script('sleep 5'), { lines: [subprotocol] })
    await socket.next()
    socket.send(bytes(0x0f, 0xa0), { opcode: Opcode.Close })
    expect(await all(socket)).toEqual(['Close 1000'])
  })

  it.each(paths)('P-9.1: a ping is answered: /%s, %s', async (generation, subprotocol) => {
    const socket = await open(generation, script('sleep 5'), { lines: [subprotocol] })
    await socket.next()
    socket.send(Buffer.from('hello'), { opcode: Opcode.Ping })
    expect(shown([(await socket.next()) as RawFrame])).toEqual(['Pong hello'])
    socket.destroy()
  })

  it('P-8.1: an attach ends as Success, whatever its container does', async () => {
    const request = { pod: 'once-0', verb: 'attach', lines: [v5] }
    const socket = await open('k', 'stdin=1&stdout=1&stderr=1', request)
    socket.send(stdin('abc'))
    socket.send(bytes(255, 0))
    expect((await all(socket)).at(-2)).toMatch(success)
  })

  it('P-8.2: the end of its stdin ends an attach, and not the container', async () => {
    for (const generation of ['t', 'k'] as const) {
      const request = { pod: 'stdin-0', verb: 'attach', lines: [v5] }
      const attach = () => open(generation, 'stdin=1&stdout=1&stderr=1', request)
      const first = await attach()
      await first.next()
      first.send(bytes(255, 0))
      expect((await all(first)).at(-2)).toMatch(success)
      const second = await attach()
      await second.next()
      second.send(stdin('still\n'))
      expect(String((await second.next())?.payload)).toContain('still')
      second.destroy()
    }
  })
})
