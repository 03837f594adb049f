import { createHash } from 'node:crypto'
import { getEventListeners, once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Message } from '../../../src/protocol/index.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import { dial } from '../../../src/transport/dial.ts'
import type { Endpoint } from '../../../src/transport/endpoint.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import type { Socket, SocketEnd } from '../../../src/transport/socket.ts'

let server: Server | undefined
const sockets = new Set<Duplex>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  server?.close()
})

type OnUpgrade = (socket: Duplex, request: IncomingMessage) => void

/** A server that answers upgrades as it is told, and where it is. */
async function serve(onUpgrade: OnUpgrade): Promise<Endpoint> {
  const started = createServer()
  server = started
  started.on('upgrade', (request, socket) => {
    socket.on('error', () => {})
    sockets.add(socket)
    onUpgrade(socket, request)
  })
  started.listen(0, '127.0.0.1')
  await once(started, 'listening')
  const { port } = started.address() as AddressInfo
  const impersonate = { user: 'a', groups: ['b', 'c'] }
  return endpointOf({ server: `http://127.0.0.1:${port}`, impersonate }, false)
}

function accepted(request: IncomingMessage, subprotocol: string | null = 'v4.channel.k8s.io') {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
    ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

/** An unmasked frame, as a server sends it. */
const frame = (opcode: number, payload: Uint8Array) =>
  Buffer.concat([Uint8Array.of(0x80 | opcode, payload.length), payload])

function open(
  endpoint: Endpoint,
  { timeout = 2_000, signal = undefined as AbortSignal | undefined } = {},
) {
  const messages: Message[] = []
  const ended = new Deferred<SocketEnd>()
  let socket: Socket | undefined
  const promise = dial(
    endpoint,
    {
      path: '/exec?command=a%20b',
      subprotocol: 'v4.channel.k8s.io',
      credential: {},
      timeout,
      signal,
      probe: async () => true,
    },
    (accepted_) => {
      socket = accepted_
      return { message: (m) => messages.push(m), pong: () => {}, end: ended.resolve }
    },
  )
  promise.catch(() => {})
  return { promise, messages, ended: ended.promise, socket: () => socket }
}

it('asks for one subprotocol in one line, without compression', async () => {
  const seen = new Deferred<IncomingMessage>()
  const { promise } = open(
    await serve((socket, request) => {
      seen.resolve(request)
      socket.write(accepted(request))
    }),
  )
  await promise
  const { method, url, headers, rawHeaders } = await seen.promise
  expect([method, url]).toEqual(['GET', '/exec?command=a%20b'])
  expect(headers['sec-websocket-protocol']).toBe('v4.channel.k8s.io')
  expect(headers['sec-websocket-extensions']).toBeUndefined()
  expect(rawHeaders.filter((_, i) => rawHeaders[i - 1] === 'Impersonate-Group')).toEqual(['b', 'c'])
})

// P-2.11
it('messages and the end that come in one segment with the 101 are not lost', async () => {
  const { promise, messages, ended } = open(
    await serve((socket, request) => {
      const close = frame(8, Uint8Array.of(0x03, 0xe8))
      socket.end(Buffer.concat([accepted(request), frame(2, Buffer.from('\u0001hi')), close]))
    }),
  )
  await promise
  expect(await ended).toMatchObject({ code: 1000, cause: null })
  expect(messages.map(String)).toEqual(['\u0001hi'])
})

// What is held back for long gathers them: a proxy on the way may send one every second.
it('any number of pings in one segment is no flood', async () => {
  const pings = Array.from({ length: 1_000 }, () => frame(9, Buffer.alloc(125)))
  const rest = [frame(2, Buffer.from([1, 120])), frame(8, Buffer.from([0x03, 0xe8]))]
  const endpoint = await serve((socket, request) =>
    socket.end(Buffer.concat([accepted(request), ...pings, ...rest])),
  )
  const { promise, messages, ended } = open(endpoint)
  await promise
  expect(await ended).toMatchObject({ code: 1000 })
  expect(messages.map(String)).toEqual(['\u0001x'])
})

// P-2.6
describe('an answer that is not accepted', () => {
  it.each([
    ['another subprotocol', 'v5.channel.k8s.io'],
    ['no subprotocol', null],
  ])('%s', async (words, subprotocol) => {
    const { promise, socket } = open(
      await serve((stream, request) => {
        stream.write(accepted(request, subprotocol))
      }),
    )
    await expect(promise).rejects.toMatchObject({
      name: 'UpgradeError',
      code: 'ERR_SUBPROTOCOL',
      httpStatus: 101,
      message: expect.stringContaining(words),
    })
    expect(socket()).toBeUndefined()
  })

  it('a wrong Sec-WebSocket-Accept', async () => {
    const { promise } = open(
      await serve((socket, request) => {
        request.headers['sec-websocket-key'] = 'x'
        socket.write(accepted(request))
      }),
    )
    await expect(promise).rejects.toMatchObject({ code: 'ERR_CONNECTION_FAILED' })
  })

  it.each([
    ['nothing', ''],
    ['garbage', 'hello\r\n\r\n'],
    ['half an answer', 'HTTP/1.1 101 Switching Pro'],
  ])('%s and the end of the connection', async (_name, answer) => {
    const { promise } = open(await serve((socket) => socket.end(answer)))
    await expect(promise).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'ERR_CONNECTION_FAILED',
    })
  })

  it('a refusal with a body', async () => {
    const { promise } = open(
      await serve((socket) => {
        socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 5\r\n\r\nshort')
      }),
    )
    await expect(promise).rejects.toMatchObject({
      code: 'ERR_UPGRADE_REFUSED',
      httpStatus: 418,
      message: 'the server answered 418 Teapot: short',
    })
  })

  it('a refusal whose body breaks HTTP', async () => {
    const { promise } = open(
      await serve((socket) => {
        socket.end('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\nZZ\r\n')
      }),
    )
    await expect(promise).rejects.toMatchObject({
      httpStatus: 403,
      message: 'the server answered 403 No: words',
    })
  })
})

describe('time and aborts', () => {
  it.each([
    ['no answer', '', { code: 'ERR_HANDSHAKE_TIMEOUT' }],
    [
      'half a refusal',
      'HTTP/1.1 500 X\r\nContent-Length: 50\r\n\r\nbecause',
      { httpStatus: 500, message: 'the server answered 500 X: because' },
    ],
  ])('%s within the timeout', async (_name, answer, error) => {
    const closed = new Deferred<void>()
    const endpoint = await serve((socket) => {
      socket.write(answer)
      socket.once('end', () => closed.resolve())
      socket.resume()
    })
    const { promise } = open(endpoint, { timeout: 500 })
    await expect(promise).rejects.toMatchObject(error)
    await closed.promise
  })

  it('an abort has its reason, cuts the connection and leaves no listener', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const closed = new Deferred<void>()
    const endpoint = await serve((socket) => {
      socket.once('end', () => closed.resolve())
      socket.resume()
      controller.abort('enough')
    })
    await expect(open(endpoint, { signal }).promise).rejects.toBe('enough')
    await closed.promise
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('an open session is let go of by timeout and signal', async () => {
    const { signal } = new AbortController()
    const endpoint = await serve((socket, request) => socket.write(accepted(request)))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { promise, ended, socket } = open(endpoint, { timeout: 50, signal })
    await promise
    expect(getEventListeners(signal, 'abort')).toEqual([])
    vi.advanceTimersByTime(80)
    socket()?.terminate(new Error('by the test'))
    expect(await ended).toMatchObject({ code: 1006, cause: { message: 'by the test' } })
  })
})
