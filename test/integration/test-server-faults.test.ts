import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Fault, ProcessHandler, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { connect, get, refused, run, script, v4, v5 } from '../unit/testing/client.ts'

const success = '[3] {"metadata":{},"status":"Success"}'

let server: TestServer

beforeAll(async () => {
  server = await createTestServer()
  return () => server.close()
})

afterEach(() => server.setFault(null))

/** A whole session of a script under a fault. */
function failing(fault: Fault, text: string, subprotocol: string = v5) {
  server.setFault(fault)
  return run(server, script(text), { subprotocols: [subprotocol] })
}

it('refuse: text, Status, nothing; headers', async () => {
  server.setFault({ kind: 'refuse', code: 503, body: 'busy', headers: { 'Retry-After': '7' } })
  const text = await refused(server, script('true'))
  expect(text).toMatchObject({ code: 503, body: 'busy' })
  expect(text.headers['retry-after']).toBe('7')
  server.setFault({
    kind: 'refuse',
    code: 429,
    body: { status: 'Failure', reason: 'TooManyRequests' },
  })
  const status = await get(server, '/api/v1/pods')
  expect(status).toMatchObject({
    code: 429,
    body: '{"status":"Failure","reason":"TooManyRequests"}',
  })
  server.setFault({ kind: 'refuse', code: 403 })
  expect(await refused(server, script('true'))).toMatchObject({ code: 403, body: '' })
})

it('redirect', async () => {
  server.setFault({ kind: 'redirect', location: 'https://127.0.0.1:1/' })
  const { code, headers } = await refused(server, script('true'))
  expect({ code, location: headers['location'] }).toEqual({
    code: 302,
    location: 'https://127.0.0.1:1/',
  })
})

it('a function chooses per request', async () => {
  server.setFault(({ path }) =>
    path.startsWith('/version') ? { kind: 'refuse', code: 500 } : null,
  )
  expect((await get(server, '/version')).code).toBe(500)
  expect((await get(server, '/healthz')).code).toBe(200)
})

it('no-answer: connected, and nothing comes', async () => {
  server.setFault({ kind: 'no-answer' })
  const url = `${server.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/web-0/exec`
  const socket = new WebSocket(url, [v5], { ca: server.ca, handshakeTimeout: 300 })
  const [error] = await once(socket, 'error')
  expect(error.message).toBe('Opening handshake has timed out')
})

it.each([[v4], [null]])('wrong-subprotocol: %s', async (subprotocol) => {
  server.setFault({ kind: 'wrong-subprotocol', subprotocol })
  const url = `${server.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/web-0/exec?${script('true')}`
  const headers = { authorization: `Bearer ${server.token}` }
  const socket = new WebSocket(url, [v5], { ca: server.ca, headers })
  const [response] = await Promise.all([
    once(socket, 'upgrade').then(([message]) => message),
    once(socket, 'error'),
  ])
  expect(response.headers['sec-websocket-protocol']).toBe(subprotocol ?? undefined)
})

it('half-open: neither data nor pong nor Close', async () => {
  server.setFault({ kind: 'half-open' })
  const session = await connect(server, script('echo hi'))
  let pongs = 0
  session.socket.on('pong', () => {
    pongs += 1
  })
  session.socket.ping()
  server.setFault(null)
  await run(server, script('true'))
  expect({ messages: session.messages, pongs }).toEqual({ messages: [], pongs: 0 })
  session.socket.terminate()
})

it('no-pong: data, but no pong', async () => {
  server.setFault({ kind: 'no-pong' })
  const session = await connect(server, script('head -c 1', 'stdin=1&stdout=1'))
  let pongs = 0
  session.socket.on('pong', () => {
    pongs += 1
  })
  session.socket.ping()
  session.socket.send(Buffer.from('\0x'))
  await session.closed
  expect({ messages: session.messages, pongs }).toEqual({
    messages: ['[1] ', '[1] x', success],
    pongs: 0,
  })
})

it('stop-reading: after so many bytes of stdin', async () => {
  server.setFault({ kind: 'stop-reading', afterBytes: 3 })
  const session = await connect(server, script('head -c 3; exit 4', 'stdin=1&stdout=1'))
  session.socket.send(Buffer.from('\0abcdef'))
  session.socket.ping()
  await session.closed
  expect(session.messages[1]).toBe('[1] abc')
  expect(session.messages[2]).toContain('"message":"4"')
})

it('reset: exactly so many bytes, then ECONNRESET', async () => {
  server.setFault({ kind: 'reset', afterBytes: 4 })
  const session = await connect(server, script('printf abcdef; sleep 60', 'stdout=1'))
  expect(await session.closed).toBe(1006)
  expect(session.tcpErrors).toEqual(['ECONNRESET'])
  expect(session.messages).toEqual(['[1] ', '[1] abcd'])
})

it('reset: of a session that its client is just leaving, closed as well', async () => {
  const exec: ProcessHandler = ({ stdout }) => {
    stdout.write('out')
    return new Promise<void>(() => {})
  }
  const pods = [{ name: 'web-0', containers: [{ name: 'app', exec }] }]
  await using own = await createTestServer({ pods, fault: { kind: 'reset', afterBytes: 2 } })
  const session = await connect(own, script(''))
  await session.message(/ou/)
  session.socket.close(1000)
  // The reset comes 20 ms after the output: now in the turn of the loop in which the Close does.
  const start = performance.now()
  while (performance.now() - start < 40);
  await session.closed
  await expect.poll(() => own.connections).toBe(0)
})

it('a process of a session that was cut before it began gets the end of stdin', async () => {
  const ended: string[] = []
  const exec: ProcessHandler = async ({ stdin }) => {
    ended.push(await text(stdin))
  }
  const pods = [{ name: 'web-0', containers: [{ name: 'app', exec }] }]
  await using own = await createTestServer({ pods, fault: { kind: 'cut', afterBytes: 0 } })
  const session = await connect(own, `${script('')}&stdin=true`)
  expect(await session.closed).toBe(1006)
  await expect.poll(() => ended).toEqual([''])
})

it('cut: exactly so many bytes, then the end of TCP', async () => {
  const cut = { kind: 'cut', afterBytes: 4 } as const
  server.setFault(cut)
  const session = await connect(server, script('printf abcdef; sleep 60'))
  expect(await session.closed).toBe(1006)
  expect(session.messages).toEqual(['[1] ', '[1] abcd'])
  expect(session.tcpErrors).toEqual([])
  expect(await failing({ kind: 'cut', afterBytes: 0 }, 'printf abcdef')).toEqual({
    messages: ['[1] '],
    code: 1006,
  })
})

it('lost-hop: Success while the process lives on', async () => {
  const lost = { kind: 'lost-hop', afterBytes: 8 } as const
  expect(await failing(lost, 'echo started; sleep 60; echo never')).toEqual({
    messages: ['[1] ', '[1] started\n', success],
    code: 1000,
  })
})

it('no-status and abnormal-close', async () => {
  const messages = ['[1] ', '[1] hi\n']
  expect(await failing({ kind: 'no-status' }, 'echo hi')).toEqual({ messages, code: 1000 })
  expect(await failing({ kind: 'abnormal-close' }, 'echo hi')).toEqual({ messages, code: 1006 })
})

it('no-close: the status, and an open connection', async () => {
  server.setFault({ kind: 'no-close' })
  const session = await connect(server, script('true'))
  await session.message(/Success/)
  session.socket.ping()
  await once(session.socket, 'pong')
  session.socket.close()
  expect(await session.closed).toBe(1000)
})

it.each([
  [{ kind: 'malformed-status' }, ['[3] {"metadata":{},"status":']],
  [{ kind: 'malformed-status', payload: 'rpc error' }, ['[3] rpc error']],
  [{ kind: 'empty-status' }, ['[3] {"metadata":{}}']],
  [{ kind: 'split-status' }, ['[3] {"metadata":{},"s', '[3] tatus":"Success"}']],
  [{ kind: 'split-status', parts: 3 }, ['[3] {"metadata":', '[3] {},"status":', '[3] "Success"}']],
] as const)('%j', async (fault, status) => {
  expect(await failing(fault, 'true')).toEqual({ messages: ['[1] ', ...status], code: 1000 })
})

it('noise between the messages', async () => {
  const { messages } = await failing({ kind: 'noise' }, 'echo hi')
  expect(messages.filter((message) => !/^\[(7|255|undefined)\]|^\[\d\] $/.test(message))).toEqual([
    '[1] hi\n',
    success,
  ])
  expect(messages).toContain('[7] noise')
  expect(messages).toContain('[255] \x01')
  expect(messages).toContain('[undefined] ')
})

it('wrong-opcode on both kinds of subprotocol', async () => {
  const binary = await failing({ kind: 'wrong-opcode' }, 'echo hi')
  expect(binary.messages).toEqual(['[1] ', '\x01hi\n', success])
  const base64 = await failing({ kind: 'wrong-opcode' }, 'echo hi', 'base64.channel.k8s.io')
  expect(base64.messages).toEqual(['1', '[49] aGkK'])
})

it('invalid-base64', async () => {
  const { messages } = await failing({ kind: 'invalid-base64' }, 'echo hi', 'base64.channel.k8s.io')
  expect(messages).toEqual(['1', '1\u00e9 is not base64'])
})

it('byte-by-byte', async () => {
  const { messages } = await failing({ kind: 'byte-by-byte' }, 'echo hi')
  expect(messages.slice(0, 4)).toEqual(['[1] ', '[1] h', '[1] i', '[1] \n'])
  expect(
    messages
      .slice(4)
      .map((message) => message.slice(4))
      .join(''),
  ).toBe(success.slice(4))
})

it('oversized-message', async () => {
  const { messages } = await failing({ kind: 'oversized-message', bytes: 100_000 }, 'true')
  expect(messages.map((message) => message.length)).toEqual([4, 100_004, success.length])
})

it('delay: so long before each message', async () => {
  const before = performance.now()
  const { messages } = await failing({ kind: 'delay', milliseconds: 40 }, 'echo hi')
  expect(performance.now() - before).toBeGreaterThanOrEqual(3 * 39)
  expect(messages).toEqual(['[1] ', '[1] hi\n', success])
})

it('bandwidth: so many bytes per second', async () => {
  const before = performance.now()
  const { messages } = await failing(
    { kind: 'bandwidth', bytesPerSecond: 100_000 },
    'head -c 20000 /dev/zero',
  )
  expect(performance.now() - before).toBeGreaterThanOrEqual(195)
  const output = messages.filter((message) => message.startsWith('[1]'))
  expect(output.reduce((sum, message) => sum + message.length - 4, 0)).toBe(20_000)
})

it('unread-stdin: no status when more than 64 KiB were left, one otherwise', async () => {
  server.setFault({ kind: 'unread-stdin' })
  const command = script('head -c 5', 'stdin=1&stdout=1')
  const send = (socket: WebSocket, bytes: number): void => {
    socket.send(Buffer.concat([Buffer.of(0), Buffer.alloc(bytes, 'x')]))
  }
  const little = await connect(server, command)
  send(little.socket, 32 * 1024)
  little.socket.send(Buffer.of(255, 0))
  await little.closed
  expect(little.messages).toEqual(['[1] ', '[1] xxxxx', success])

  const much = await connect(server, command)
  for (let count = 0; count < 32; count++) send(much.socket, 32 * 1024)
  much.socket.send(Buffer.of(255, 0))
  await much.message(/x/)
  // A status that comes at all comes within the 200 ms of quiet that the fault waits for.
  const outcome = await Promise.race([
    much.closed,
    new Promise((resolve) => {
      setTimeout(resolve, 500, 'hangs')
    }),
  ])
  expect(outcome).toBe('hangs')
  much.socket.terminate()
})
