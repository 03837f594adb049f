import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebSocket as ServerSocket } from 'ws'
import { WebSocket, WebSocketServer } from 'ws'
import type { Message } from '../../../src/protocol/index.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import type { SocketEnd } from '../../../src/transport/socket.ts'
import { closeGrace, OpenSocket } from '../../../src/transport/web-socket.ts'

let server: WebSocketServer | undefined
afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate()
  server?.close()
})

/** Both sides of an open WebSocket, ours with a note of all that happens. */
async function open({ closeTimeout = closeGrace } = {}) {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const connected = once(server, 'connection')
  const { port } = server.address() as AddressInfo
  const options = { closeTimeout, maxPayload: 1_000, perMessageDeflate: false, autoPong: false }
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}`, options as object)
  let connection: TLSSocket | undefined
  webSocket.once('upgrade', (response) => {
    connection = response.socket as TLSSocket
  })
  await once(webSocket, 'open')
  const socket = new OpenSocket(
    webSocket,
    connection as unknown as TLSSocket,
    'v5.channel.k8s.io',
    async (signal) => !signal.aborted,
  )
  const messages: Message[] = []
  const pongs: string[] = []
  let drains = 0
  let breaks = 0
  const ends: SocketEnd[] = []
  const ended = new Deferred<SocketEnd>()
  socket.listen({
    message: (message) => messages.push(message),
    pong: (payload) => pongs.push(payload),
    drain: () => {
      drains += 1
    },
    broken: () => {
      breaks += 1
    },
    end: (end) => {
      ends.push(end)
      ended.resolve(end)
    },
  })
  const [peer, request] = (await connected) as [ServerSocket, IncomingMessage]
  return {
    socket,
    peer,
    tcp: request.socket,
    messages,
    pongs,
    ends,
    ended: ended.promise,
    drains: () => drains,
    breaks: () => breaks,
  }
}

describe('messages', () => {
  it('binary ones are bytes, text ones a string of bytes', async () => {
    const { peer, messages } = await open()
    peer.send(Uint8Array.of(1, 0, 255))
    peer.send('1aGk=')
    await expect.poll(() => messages.length).toBe(2)
    expect(messages[0]).toEqual(Buffer.from([1, 0, 255]))
    expect(messages[1]).toBe('1aGk=')
  })

  it('go out whole, as what they are, and pings with their payload', async () => {
    const { socket, peer, pongs } = await open()
    const received: [string, boolean][] = []
    peer.on('message', (data, isBinary) => received.push([String(data), isBinary]))
    socket.send(Buffer.from('bytes'))
    socket.send('text')
    socket.ping('131072')
    await expect.poll(() => pongs).toEqual(['131072'])
    expect(received).toEqual([
      ['bytes', true],
      ['text', false],
    ])
  })

  it('are counted until they have left this process, and that they have is told', async () => {
    const { socket, peer, drains } = await open()
    let received = 0
    peer.on('message', (data) => {
      received += (data as Buffer).length
    })
    peer.pause()
    const message = Buffer.alloc(32 * 1024)
    // More than the kernel takes.
    for (let count = 0; count < 1_024; count += 1) socket.send(message)
    expect(socket.backlog).toBeGreaterThan(message.length)
    expect(drains()).toBe(0)
    peer.resume()
    const patient = { timeout: 10_000 }
    await expect.poll(() => received, patient).toBe(1_024 * message.length)
    await expect.poll(drains, patient).toBe(1)
    expect(socket.backlog).toBe(0)
  })

  it('are not taken any more once it is closing', async () => {
    const { socket, ended } = await open()
    expect(socket.backlog).toBe(0)
    socket.close()
    expect(socket.backlog).toBe(Infinity)
    await ended
    expect(socket.backlog).toBe(Infinity)
  })

  it('are not taken any more once a write has failed', async () => {
    const { socket, tcp, ended, breaks } = await open()
    // What was sent stays unread, and so the end of TCP is a reset; nor do we read that it came.
    socket.pause()
    tcp.pause()
    socket.send(Buffer.alloc(1024))
    await expect.poll(() => socket.backlog).toBe(0)
    tcp.resetAndDestroy()
    const backlog = () => {
      socket.send(Buffer.of(1))
      return socket.backlog
    }
    await expect.poll(backlog).toBe(Infinity)
    expect(breaks()).toBe(1)
    socket.resume()
    expect(await ended).toMatchObject({ code: 1006 })
  })

  it('any byte counts as a sign of life', async () => {
    const { socket, peer } = await open()
    const before = socket.bytesRead
    peer.ping()
    await expect.poll(() => socket.bytesRead).toBe(before + 2)
  })

  it('wait while it is paused', async () => {
    const { socket, peer, messages, pongs } = await open()
    socket.pause()
    peer.send(Buffer.from('x'))
    await new Promise((resolve) => setImmediate(resolve))
    socket.resume()
    socket.ping('last')
    await expect.poll(() => pongs).toEqual(['last'])
    expect(messages.map(String)).toEqual(['x'])
  })
})

describe('pings of the server', () => {
  it('are answered each', async () => {
    const { peer } = await open()
    const answers: string[] = []
    peer.on('pong', (payload) => answers.push(String(payload)))
    for (const payload of ['', 'a', 'b']) peer.ping(payload)
    await expect.poll(() => answers).toEqual(['', 'a', 'b'])
  })

  it('that come while it takes no answers are answered together, by the last', async () => {
    const { socket, peer } = await open()
    const answers: string[] = []
    let received = 0
    peer.on('pong', (payload) => answers.push(String(payload)))
    peer.on('message', (data) => {
      received += (data as Buffer).length
    })
    peer.pause()
    const message = Buffer.alloc(32 * 1024)
    // More than the kernel takes.
    for (let count = 0; count < 512; count += 1) socket.send(message)
    const { backlog, bytesRead } = socket
    for (let count = 0; count < 1_000; count += 1) peer.ping(String(count))
    await expect.poll(() => socket.bytesRead - bytesRead).toBe(1_000 * 2 + 2_890)
    expect(socket.backlog).toBeLessThanOrEqual(backlog)
    peer.resume()
    await expect.poll(() => received, { timeout: 10_000 }).toBe(512 * message.length)
    await expect.poll(() => answers).toEqual(['999'])
  })
})

describe('the end', () => {
  it('has the code and the words of the server', async () => {
    const { peer, ended, ends } = await open()
    peer.close(4000, 'grüße')
    expect(await ended).toEqual({ code: 4000, reason: 'grüße', cause: null })
    expect(ends).toHaveLength(1)
  })

  it('does not wait for TCP behind the close frames', async () => {
    // Longer than this test may take.
    const { peer, tcp, ended } = await open({ closeTimeout: 60_000 })
    tcp.end = () => tcp
    peer.close(1000, 'done')
    expect(await ended).toEqual({ code: 1000, reason: 'done', cause: null })
  })

  it('without a close frame is 1006', async () => {
    const { peer, ended } = await open()
    peer.terminate()
    expect(await ended).toMatchObject({ code: 1006, reason: '' })
  })

  it('by a message that is too large names its cause', async () => {
    const { peer, ended, ends } = await open()
    peer.send(Buffer.alloc(2_000))
    expect((await ended).cause).toMatchObject({ code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' })
    expect(ends).toHaveLength(1)
  })

  it('is that of the server, also while it does not read what we send', async () => {
    const { socket, peer, tcp, messages, ended } = await open()
    peer.pause()
    for (let count = 0; count < 1_024; count += 1) socket.send(Buffer.alloc(32 * 1024))
    peer.send(Buffer.from('last'))
    tcp.end()
    expect(await ended).toMatchObject({ code: 1006, cause: null })
    expect(messages.map(String)).toEqual(['last'])
    tcp.destroy()
  })

  it('terminate keeps the first cause', async () => {
    const { socket, ended } = await open()
    const cause = new Error('first')
    socket.terminate(cause)
    socket.terminate(new Error('second'))
    expect(await ended).toMatchObject({ code: 1006, cause })
  })
})

describe('close', () => {
  it('is answered, and nothing is sent behind it', async () => {
    const { socket, peer, ended } = await open()
    const received: string[] = []
    peer.on('message', (data) => received.push(String(data)))
    const code = once(peer, 'close')
    socket.close()
    socket.send('late')
    socket.ping('late')
    expect(await ended).toMatchObject({ code: 1000 })
    expect([(await code)[0], received]).toEqual([1000, []])
  })

  it('reads what was held back', async () => {
    const { socket, peer, messages, ended } = await open()
    socket.pause()
    const sent = once(peer, 'close')
    peer.send(Buffer.from('waiting'))
    peer.once('message', () => socket.close())
    socket.send('now')
    await ended
    await sent
    expect(messages.map(String)).toEqual(['waiting'])
  })

  it('that is never answered is cut after a second', async () => {
    const { socket, peer, ended } = await open()
    peer.pause()
    const started = performance.now()
    socket.close()
    expect(await ended).toMatchObject({ code: 1006 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(closeGrace - 50)
    expect(performance.now() - started).toBeLessThan(closeGrace + 2_000)
  })

  it('after the end does nothing', async () => {
    const { socket, peer, ended, ends } = await open()
    peer.terminate()
    await ended
    socket.close()
    socket.terminate()
    socket.pause()
    socket.resume()
    socket.send('x')
    expect(ends).toHaveLength(1)
  })
})

it('probes with what it was given', async () => {
  const { socket } = await open()
  const { signal } = new AbortController()
  const answers = [await socket.probe(signal), await socket.probe(AbortSignal.abort())]
  expect(answers).toEqual([true, false])
})
