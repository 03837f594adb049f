import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forwardEvents } from '../vectors/forward-channels.ts'
import type { Step } from '../vectors/messages.ts'
import { hex } from '../vectors/messages.ts'
import { SpdyReader, SpdyWriter } from '../vectors/spdy.ts'
import type { ConformanceServer, Generation } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'
import { openRaw, v4 } from './raw-session.ts'
import type { RawFrame, RawWebSocket } from './raw-websocket.ts'
import { Opcode } from './raw-websocket.ts'

// The numbered rules of docs/PROTOCOL.md about port-forward, tried by hand against Kubernetes' own code.

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`
const base64 = 'v4.base64.channel.k8s.io'
const tunnel = 'SPDY/3.1+portforward.k8s.io'

let server: ConformanceServer
let target: Server
let port: number
/** A port that nobody listens on. */
let closed: number
/** The connections to the target since the last look. */
const connections: Socket[] = []

beforeAll(async () => {
  if (missing !== null) return
  server = await startConformanceServer()
  // It answers each piece that comes with the same in capitals.
  target = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket)
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()))
    socket.on('error', () => {})
  })
  port = await listen(target)
  const other = createServer()
  closed = await listen(other)
  other.close()
}, buildTimeout)
afterAll(async () => {
  for (const connection of connections) connection.destroy()
  target?.close()
  await server?.close()
})

async function listen(listener: Server): Promise<number> {
  await once(listener.listen(0, 'localhost'), 'listening')
  return (listener.address() as AddressInfo).port
}

const forward = (generation: Generation, ports: string, line = v4) =>
  openRaw(server, generation, ports, { verb: 'portforward', lines: [line] })

/** A frame as a step of the vectors. */
function stepOf({ opcode, payload }: RawFrame): Step {
  if (opcode === Opcode.Close)
    return { close: [payload.readUInt16BE(0), payload.toString('utf8', 2)] }
  return opcode === Opcode.Text ? { text: payload.toString() } : { binary: hex(payload) }
}

async function steps(socket: RawWebSocket, count: number): Promise<Step[]> {
  const found: Step[] = []
  while (found.length < count) {
    const frame = await socket.next()
    if (frame === null) break
    found.push(stepOf(frame))
  }
  return found
}

describe.skipIf(missing !== null)(`port-forward by channels (${because})`, () => {
  it.each(generations)('P-10.3, P-10.4, P-10.5: one port: /%s', async (generation) => {
    const before = connections.length
    const socket = await forward(generation, `ports=${port}`)
    const first = await steps(socket, 2)
    // Connected before anything was sent.
    await expect.poll(() => connections.length).toBe(before + 1)
    socket.send(Buffer.from('\0hi'))
    const answer = await steps(socket, 1)
    connections.at(-1)?.end()
    // The runtime gives the other direction a second.
    const last = (await socket.rest()).map(stepOf)
    socket.destroy()
    expect(forwardEvents(v4, [port], [...first, ...answer, ...last])).toEqual([
      { step: 0, port, open: true },
      { step: 2, port, data: hex(Buffer.from('HI')) },
      { step: 3, end: true },
    ])
  })

  it.each(['ports=A,B', 'ports=A&ports=B'])('P-10.2, P-10.5: two ports: %s', async (form) => {
    const query = form.replace('A', String(closed)).replace('B', String(port))
    const socket = await forward('k', query)
    socket.send(Buffer.from('\u0002hi'))
    const found: Step[] = []
    const events = () => forwardEvents(v4, [closed, port], found)
    while (events().length < 4) found.push(...(await steps(socket, 1)))
    socket.destroy()
    expect(events()).toEqual(
      expect.arrayContaining([
        { step: expect.any(Number), port: closed, open: true },
        { step: expect.any(Number), port, open: true },
        {
          step: expect.any(Number),
          port: closed,
          error: expect.stringMatching(`^error forwarding port ${closed} to pod `),
        },
        { step: expect.any(Number), port, data: hex(Buffer.from('HI')) },
      ]),
    )
  })

  it.each(generations)('P-10.1: in base64: /%s', async (generation) => {
    const socket = await forward(generation, `ports=${port}`, base64)
    socket.send(Buffer.from(`0${Buffer.from('hi').toString('base64')}`), { opcode: Opcode.Text })
    const found = await steps(socket, 3)
    socket.destroy()
    expect(forwardEvents(base64, [port], found).at(-1)).toMatchObject({
      data: hex(Buffer.from('HI')),
    })
  })

  it.each(['', 'ports=0', 'ports=65536', 'ports=x', 'ports=80,', 'ports=-1'])(
    'P-10.1: %j is refused',
    async (query) => {
      for (const generation of generations) {
        expect((await forward(generation, query)).status).toBe(400)
      }
    },
  )

  it('P-10.6: CLOSE means nothing', async () => {
    const socket = await forward('k', `ports=${port}`)
    socket.send(Buffer.of(255, 0))
    socket.send(Buffer.from('\0still'))
    const found = await steps(socket, 3)
    socket.destroy()
    expect(forwardEvents(v4, [port], found).at(-1)).toMatchObject({
      data: hex(Buffer.from('STILL')),
    })
  })
})

describe.skipIf(missing !== null)(`port-forward by tunnel (${because})`, () => {
  const tunnelled: Generation[] = ['t', 'k']

  /** A tunnel: frames go in, and come out one after the other. */
  async function open(generation: Generation) {
    const socket = await forward(generation, `ports=${port}`, tunnel)
    expect(socket.headers.get('sec-websocket-protocol')).toBe(tunnel)
    const writer = new SpdyWriter()
    const reader = new SpdyReader()
    const frames: object[] = []
    const pair = async (id: number, to: number, first: number) => {
      const headers = (type: string) =>
        [
          ['streamtype', type],
          ['port', String(to)],
          ['requestid', String(id)],
        ] as const
      socket.send(await writer.synStream(first, headers('error')))
      socket.send(writer.data(first, Buffer.alloc(0), true))
      socket.send(await writer.synStream(first + 2, headers('data')))
    }
    /** Reads until a frame of this shape has come. */
    const until = async (shape: object) => {
      for (;;) {
        for (const frame of frames) if (matches(frame, shape)) return
        const message = await socket.next()
        if (message === null) throw new Error(`no ${JSON.stringify(shape)}`)
        expect(message.opcode).toBe(Opcode.Binary)
        frames.push(...(await reader.read(message.payload)))
      }
    }
    return { socket, writer, frames, pair, until }
  }

  const matches = (frame: object, shape: object) =>
    Object.entries(shape).every(
      ([name, value]) => (frame as Record<string, unknown>)[name] === value,
    )

  it.each(tunnelled)('P-11.2 to P-11.7: one connection: /%s', async (generation) => {
    const { socket, writer, pair, until, frames } = await open(generation)
    await pair(0, port, 1)
    await until({ type: 'SYN_REPLY', stream: 1 })
    await until({ type: 'SYN_REPLY', stream: 3 })
    // Borders of messages mean nothing.
    for (const byte of writer.data(3, Buffer.from('hi'))) socket.send(Buffer.of(byte))
    await until({ type: 'DATA', stream: 3, payload: hex(Buffer.from('HI')) })
    socket.send(writer.data(3, Buffer.alloc(0), true))
    // The runtime does not hand this end on; it gives the other direction a second.
    await until({ type: 'DATA', stream: 3, fin: true })
    await until({ type: 'DATA', stream: 1, fin: true })
    const ends = frames.filter((frame) => matches(frame, { type: 'DATA', fin: true }))
    expect(ends).toMatchObject([{ stream: 3 }, { stream: 1 }])
    socket.destroy()
  })

  it.each(tunnelled)('P-11.5, P-11.8: a failure, and others go on: /%s', async (generation) => {
    const { socket, writer, pair, until, frames } = await open(generation)
    await pair(0, closed, 1)
    await until({ type: 'DATA', stream: 1 })
    const [error] = frames.filter((frame) => matches(frame, { type: 'DATA', stream: 1 }))
    const text = Buffer.from((error as { payload: string }).payload, 'hex').toString()
    expect(text).toMatch(`error forwarding port ${closed} to pod `)
    await pair(1, port, 5)
    socket.send(writer.data(7, Buffer.from('hi')))
    await until({ type: 'DATA', stream: 7, payload: hex(Buffer.from('HI')) })
    socket.destroy()
  })

  it.each(tunnelled)('P-11.9: a ping comes back: /%s', async (generation) => {
    const { socket, writer, until } = await open(generation)
    socket.send(writer.ping(1))
    await until({ type: 'PING', id: 1 })
    socket.destroy()
  })

  it('P-11.1: without a tunnel: 400 without ports, 403 with them', async () => {
    expect((await forward('l', '', tunnel)).status).toBe(400)
    expect((await forward('l', `ports=${port}`, tunnel)).status).toBe(403)
  })

  it('P-11.2: a text message ends the tunnel', async () => {
    const { socket } = await open('k')
    socket.send(Buffer.from('x'), { opcode: Opcode.Text })
    const frames = await socket.rest()
    expect(frames.every(({ opcode }) => opcode === Opcode.Close)).toBe(true)
  })

  it('P-11.11: the end of the WebSocket ends the connections', async () => {
    const { socket, pair, until } = await open('k')
    const before = connections.length
    await pair(0, port, 1)
    await until({ type: 'SYN_REPLY', stream: 3 })
    await expect.poll(() => connections.length).toBe(before + 1)
    const ended = once(connections.at(-1) as Socket, 'end')
    socket.send(Buffer.of(0x03, 0xe8), { opcode: Opcode.Close })
    await ended
    socket.destroy()
  })
})
