import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowsOf } from '../vectors/vectors.ts'
import type { ConformanceServer, ConformanceUser, Generation } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'
import type { SessionRequest } from './raw-session.ts'
import { all, openRaw, paths, script, stdin, v4, v5 } from './raw-session.ts'
import { encodeRaw } from './raw-websocket.ts'

// The numbered rules of docs/PROTOCOL.md about requests, tried by hand against Kubernetes' own code.

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const open = (generation: Generation, query: string, request: SessionRequest = {}) =>
  openRaw(server, generation, query, request)

describe.skipIf(missing !== null)(`the request (${because})`, () => {
  it.each(generations)('P-1.2: a POST is a bad method: /%s', async (generation) => {
    const socket = await open(generation, script('true'), { method: 'POST' })
    expect([socket.status, await socket.body()]).toEqual([405, 'bad method'])
  })

  it.each(paths)('P-1.3: words arrive as they are: /%s, %s', async (generation, subprotocol) => {
    const words = ['a b', '', '$HOME', 'é', '*', "'"]
    const query = ['printf', '[%s]', ...words].map((word) => `command=${encodeURIComponent(word)}`)
    const socket = await open(generation, `stdout=1&${query.join('&')}`, { lines: [subprotocol] })
    const frames = await all(socket)
    expect(frames.join('')).toContain(words.map((word) => `[${word}]`).join(''))
  })

  // How a server has read the query shows in the channel of its ready message (P-3.6).
  it.each(rowsOf('streams'))('%s: %s', async (_id, _title, { input, expected }) => {
    const { stdin, stdout, stderr } = expected
    const lowest = stdout === true ? 1 : stderr === true ? 2 : 3
    for (const [generation, subprotocol] of paths) {
      const query = `${input['query']}&command=true`
      const socket = await open(generation, query, { lines: [subprotocol] })
      if (!stdin && !stdout && !stderr) {
        if (generation !== 't' || subprotocol !== v5) expect(socket.status).toBe(400)
      } else expect((await socket.next())?.payload).toEqual(Buffer.of(lowest))
      socket.destroy()
    }
  })

  it('P-1.5: no stream at all', async () => {
    const words = 'you must specify at least 1 of stdin, stdout, stderr'
    for (const [generation, subprotocol] of paths) {
      const socket = await open(generation, 'command=true', { lines: [subprotocol] })
      const text = socket.status === 101 ? (await all(socket)).join('\n') : await socket.body()
      expect(text).toContain(words)
      const translated = generation === 't' && subprotocol === v5
      expect(socket.status).toBe(translated ? 101 : 400)
    }
  })

  it.each(paths)('P-1.6: a terminal has no stderr: /%s, %s', async (generation, subprotocol) => {
    const query = script('echo out; echo err >&2', 'stdin=1&stdout=1&stderr=1&tty=1')
    const socket = await open(generation, query, { lines: [subprotocol] })
    const frames = await all(socket)
    expect(frames.filter((frame) => frame.startsWith('[2]'))).toEqual([])
    expect(frames.join('')).toContain('err')
  })

  it('P-1.7: several containers, none named', async () => {
    const socket = await open('k', script('true'), { pod: 'web-0' })
    expect(socket.status).toBe(400)
    expect(JSON.parse(await socket.body()).message).toBe(
      'a container name must be specified for pod web-0, choose one of: [app sidecar]',
    )
  })

  it('P-1.8: attach without a tty to a container with one', async () => {
    const attach = (generation: Generation, subprotocol: string) =>
      open(generation, 'stdout=1&stderr=1', { pod: 'tty-0', verb: 'attach', lines: [subprotocol] })
    const raw = await attach('l', v4)
    expect([raw.status, await raw.body()]).toEqual([
      500,
      expect.stringContaining('tty and stderr cannot both be true'),
    ])
    const translated = await all(await attach('t', v5))
    expect(translated.at(-1)).toBe('Close 1000')
    expect(translated.join('')).not.toContain('Success')
  })

  it.each<[Generation, ConformanceUser, number]>([
    ['l', 'getter', 101],
    ['l', 'creator', 403],
    ['t', 'getter', 403],
    ['k', 'getter', 403],
    ['k', 'executor', 101],
  ])('P-1.9: rights: /%s, %s', async (generation, user, status) => {
    const socket = await open(generation, script('true'), { token: server.tokens[user] })
    expect(socket.status).toBe(status)
    if (status === 101) return socket.destroy()
    expect(await socket.body()).toMatch(/is forbidden/)
  })
})

describe.skipIf(missing !== null)(`the handshake (${because})`, () => {
  it.each(rowsOf('negotiation'))('%s: %s', async (_id, _title, { input, expected }) => {
    const { lines, verb, server: kind } = input as { lines: string[]; verb: string; server: string }
    const own = Buffer.from(server.tokens.admin).toString('base64url')
    const request = {
      lines: lines.map((line) => line.replaceAll('c2VjcmV0', own)),
      ...(lines.some((line) => line.includes('bearer')) && { token: null }),
    }
    for (const generation of kind === 'raw' ? (['l'] as const) : (['t', 'k'] as const)) {
      const query = verb === 'exec' ? script('true') : 'stdout=1&ports=1'
      const socket = await open(generation, query, { verb, ...request })
      if ('refused' in expected) {
        expect(socket.status).toBe(expected['refused'])
        if (socket.status === 403) expect(await socket.body()).toBe('')
      } else {
        expect(socket.status).toBe(101)
        // P-2.2: an empty header, if nothing was offered.
        expect(socket.headers.get('sec-websocket-protocol')).toBe(expected['chosen'])
      }
      socket.destroy()
    }
  })

  it.each(paths)('P-2.13: no extension is taken: /%s, %s', async (generation, subprotocol) => {
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }
    const socket = await open(generation, script('true'), { lines: [subprotocol], headers })
    expect(socket.status).toBe(101)
    expect(socket.headers.has('sec-websocket-extensions')).toBe(false)
    socket.destroy()
  })

  it('P-2.8: a tty without stdin ends well on v5', async () => {
    for (const generation of ['t', 'k'] as const) {
      const query = script('echo one', 'stdout=1&tty=1')
      const frames = await all(await open(generation, query, { lines: [v5] }))
      expect(frames.join('')).toContain('one')
    }
  })

  it('P-2.12: what is sent before the 101 is lost on the raw path', async () => {
    const early = encodeRaw(stdin('early'))
    const query = script('head -c 4', 'stdin=1&stdout=1')
    const socket = await open('l', query, { early })
    expect((await socket.next())?.payload).toEqual(Buffer.of(1))
    socket.send(stdin('late'))
    expect((await all(socket)).join('')).toContain('late')
  })
})
