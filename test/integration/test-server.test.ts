import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { connect, get, refused, run, script, v4, v5 } from '../unit/testing/client.ts'

const success = '{"metadata":{},"status":"Success"}'

let server: TestServer

beforeAll(async () => {
  server = await createTestServer({
    pods: [
      { name: 'web-0', containers: [{ name: 'app' }] },
      { name: 'two', containers: [{ name: 'app' }, { name: 'sidecar' }] },
      { name: 'done', phase: 'Succeeded', containers: [{ name: 'app' }] },
      { name: 'new', phase: 'Pending', containers: [{ name: 'app' }] },
      {
        name: 'shell',
        containers: [
          {
            name: 'app',
            stdin: true,
            attach: async ({ stdin, stdout }) => {
              for await (const chunk of stdin) stdout.write(chunk)
            },
          },
        ],
      },
      { name: 'tty', containers: [{ name: 'app', tty: true, stdin: true }] },
    ],
  })
})

afterAll(() => server.close())

it('v5: output, then the status, then Close 1000', async () => {
  const { messages, code } = await run(server, script('echo out; echo err >&2; exit 3'))
  expect(messages[0]).toBe('[1] ')
  expect(messages.slice(1, 3).sort()).toEqual(['[1] out\n', '[2] err\n'])
  expect(messages[3]).toBe(
    '[3] {"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated with exit code 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}',
  )
  expect(code).toBe(1000)
})

it('v4 has the words of the runtime', async () => {
  const { messages } = await run(server, script('exit 3'), { subprotocols: [v4] })
  expect(messages).toEqual([
    '[1] ',
    '[3] {"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}',
  ])
})

it('v1 has text, and nothing for success', async () => {
  const options = { subprotocols: ['channel.k8s.io'] }
  expect((await run(server, script('exit 3'), options)).messages).toEqual([
    '[1] ',
    '[3] command terminated with non-zero exit code: error executing command [sh -c exit 3], exit code 3',
  ])
  expect(await run(server, script('echo hi'), options)).toEqual({
    messages: ['[1] ', '[1] hi\n'],
    code: 1000,
  })
})

it('the base64 subprotocols are text', async () => {
  const raw = await run(server, script('echo hi'), { subprotocols: ['v4.base64.channel.k8s.io'] })
  const status = Buffer.from(success).toString('base64')
  expect(raw.messages).toEqual(['1', '1aGkK', `3${status}`])
  const v1 = await run(server, script('echo hi'), { subprotocols: ['base64.channel.k8s.io'] })
  expect(v1.messages).toEqual(['1', '1aGkK'])
})

it('a signal is 128 and its number', async () => {
  const { messages } = await run(server, script('kill -9 $$'))
  expect(messages[1]).toContain('"message":"137"')
})

it('an unknown command is answered 101 first', async () => {
  const query = 'stdout=1&command=nope'
  const words =
    /"message":"(.*): error executing command in container: failed to exec in container: failed to start exec \\"[0-9a-f]{64}\\": OCI runtime exec failed: exec failed: unable to start container process: exec: \\"nope\\": executable file not found in \$PATH: unknown","reason":"InternalError"/
  const translated = (await run(server, query)).messages[1] ?? ''
  expect(words.exec(translated)?.[1]).toBe('Internal error occurred: Internal error occurred')
  const raw = (await run(server, query, { subprotocols: [v4] })).messages[1] ?? ''
  expect(words.exec(raw)?.[1]).toBe('Internal error occurred')
})

it('the ready message is on the lowest channel asked for', async () => {
  const streams = async (query: string) => (await run(server, script('true', query))).messages[0]
  expect(await streams('stdout=1&stderr=1')).toBe('[1] ')
  expect(await streams('stderr=1')).toBe('[2] ')
  expect(await streams('stdin=1')).toBe('[3] ')
})

it('stdin ends by CLOSE on v5', async () => {
  const session = await connect(server, script('cat', 'stdin=1&stdout=1'))
  session.socket.send(Buffer.from('\0ab'))
  session.socket.send(Buffer.of(255, 0))
  expect(await session.closed).toBe(1000)
  expect(session.messages).toEqual(['[1] ', '[1] ab', `[3] ${success}`])
})

it('CLOSE means nothing on v4, and other channels are ignored', async () => {
  const session = await connect(server, script('head -c 4', 'stdin=1&stdout=1'), {
    subprotocols: [v4],
  })
  for (const bytes of ['\0ab', '', '\x07zzz', '\x01zzz', '\0cd'])
    session.socket.send(Buffer.from(bytes))
  session.socket.send(Buffer.of(255, 0))
  session.socket.send(Buffer.of(255))
  await session.closed
  expect(session.messages.slice(1, -1).join('').replaceAll('[1] ', '')).toBe('abcd')
})

it.each([[[255]], [[255, 9]], [[255, 0, 0]]])(
  'a malformed CLOSE %j ends the session',
  async (bytes) => {
    const session = await connect(server, script('sleep 60', 'stdin=1&stdout=1'))
    session.socket.send(Buffer.from(bytes))
    expect(await session.closed).toBe(1000)
    expect(session.messages).toEqual(['[1] '])
  },
)

it('a Close of any code is answered with 1000', async () => {
  const session = await connect(server, script('sleep 60'))
  session.socket.close(4000)
  expect(await session.closed).toBe(1000)
})

it('a text message with the same bytes is the same, and a ping is answered', async () => {
  const session = await connect(server, script('head -c 1', 'stdin=1&stdout=1'))
  session.socket.ping('hello')
  const [pong] = await once(session.socket, 'pong')
  expect(String(pong)).toBe('hello')
  session.socket.send('\0T')
  expect(await session.message(/T/)).toBe('[1] T')
})

it('messages carry at most 32 KiB', async () => {
  const { messages } = await run(server, script('head -c 1048576 /dev/zero'))
  const sizes = messages.slice(1, -1).map((message) => message.length - 4)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1048576)
})

it.each([
  ['v4, v5', [v4, v5], v5],
  ['base64, v4', ['base64.channel.k8s.io', v4], 'base64.channel.k8s.io'],
])('of %s it takes %s', async (_name, subprotocols, chosen) => {
  const session = await connect(server, script('true'), { subprotocols })
  expect(session.subprotocol).toBe(chosen)
  await session.closed
})

it('without a subprotocol the header is empty', async () => {
  const socket = new WebSocket(
    `${server.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/web-0/exec?${script('true')}`,
    { ca: server.ca, headers: { authorization: `Bearer ${server.token}` } },
  )
  const [response] = await Promise.all([
    once(socket, 'upgrade').then(([message]) => message),
    once(socket, 'error'),
  ])
  expect(response.headers['sec-websocket-protocol']).toBe('')
})

it.each([['v2.channel.k8s.io'], ['v3.channel.k8s.io'], ['V5.channel.k8s.io'], ['x']])(
  '%s is 403 without a body',
  async (subprotocol) => {
    const { code, body, headers } = await refused(server, script('true'), {
      subprotocols: [subprotocol],
    })
    expect({ code, body, headers }).toEqual({
      code: 403,
      body: '',
      headers: { connection: 'close' },
    })
  },
)

it.each([
  ['two', '', 400, 'a container name must be specified for pod two, choose one of: [app sidecar]'],
  ['web-0', '&container=zzz', 400, 'container zzz is not valid for pod web-0'],
  ['new', '', 400, 'pod new does not have a host assigned'],
  ['zzz', '', 404, 'pods "zzz" not found'],
])('pod %s%s is refused with %i %s', async (pod, query, code, message) => {
  const answer = await refused(server, script('true') + query, { pod })
  expect(answer.code).toBe(code)
  expect(JSON.parse(answer.body)).toMatchObject({
    kind: 'Status',
    status: 'Failure',
    message,
    code,
  })
})

it('without any stream: 400 from the runtime, a status from the translator', async () => {
  const query = script('true', '')
  expect(await refused(server, query, { subprotocols: [v4] })).toMatchObject({
    code: 400,
    body: 'you must specify at least 1 of stdin, stdout, stderr\n',
  })
  const { messages } = await run(server, query)
  expect(messages[0]).toBe('[3] ')
  expect(messages[1]).toContain(
    '"message":"Internal error occurred: unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr"',
  )
})

it('a container that has exited: 500 from the runtime, an empty Status from the translator', async () => {
  const raw = await refused(server, script('true'), { pod: 'done', subprotocols: [v4] })
  expect(raw.code).toBe(500)
  expect(raw.body).toMatch(/^rpc error: code = Unknown desc = /)
  const { messages } = await run(server, script('true'), { pod: 'done' })
  expect(messages).toEqual(['[1] ', '[3] {"metadata":{}}'])
})

it('a POST is a bad method', async () => {
  const answer = await get(
    server,
    `/api/v1/namespaces/default/pods/web-0/exec?${script('true')}`,
    {
      authorization: `Bearer ${server.token}`,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-protocol': v5,
    },
    { method: 'POST' },
  )
  expect(answer).toMatchObject({ code: 405, body: 'bad method' })
})

it('a request head of over 1 MiB is 431', async () => {
  const answer = await refused(server, script('x'.repeat(1_100_000)))
  expect(answer).toMatchObject({ code: 431, body: '431 Request Header Fields Too Large' })
})

it('v4 with a tty and without stdin loses the output, not the status', async () => {
  const lost = await run(server, script('echo hi', 'stdout=1&tty=1'), { subprotocols: [v4] })
  expect(lost.messages).toEqual(['[1] ', `[3] ${success}`])
  const v5Tty = await run(server, script('echo hi', 'stdout=1&tty=1'))
  expect(v5Tty.messages).toEqual(['[1] ', '[1] hi\r\n', `[3] ${success}`])
})

it('a terminal is resized', async () => {
  const session = await connect(server, script('read line; stty size', 'stdin=1&stdout=1&tty=1'), {
    subprotocols: [v4],
  })
  session.socket.send(Buffer.from('\x04{"Width":132,"Height":43}'))
  session.socket.send(Buffer.from('\0go\n'))
  await session.closed
  expect(session.messages.join('')).toContain('43 132\r\n')
})

it('a second size without a tty wedges the translator, pings included', async () => {
  const session = await connect(server, script('head -c 1', 'stdin=1&stdout=1'))
  const size = Buffer.from('\x04{"Width":80,"Height":24}')
  let pongs = 0
  session.socket.on('pong', () => {
    pongs += 1
  })
  session.socket.send(size)
  session.socket.ping()
  await once(session.socket, 'pong')
  session.socket.send(size)
  session.socket.ping()
  // Another session's round trip on the same loop: by then the ping would have been answered.
  await run(server, script('true'))
  expect(pongs).toBe(1)
  session.socket.terminate()
})

it('attach without stdin to a container with one is Success at once on v4', async () => {
  const options = { pod: 'shell', kind: 'attach' as const, subprotocols: [v4] }
  const { messages, code } = await run(server, 'stdout=1&stderr=1', options)
  expect({ messages, code }).toEqual({ messages: ['[1] ', `[3] ${success}`], code: 1000 })
})

it('attach passes both ways, and the end of stdin detaches', async () => {
  const session = await connect(server, 'stdin=1&stdout=1', { pod: 'shell', kind: 'attach' })
  session.socket.send(Buffer.from('\0hello'))
  await session.message(/hello/)
  session.socket.send(Buffer.of(255, 0))
  expect(await session.closed).toBe(1000)
  expect(session.messages.at(-1)).toBe(`[3] ${success}`)
})

it('attach to a terminal without asking for one: an empty Status with stderr, silence without', async () => {
  const options = { pod: 'tty', kind: 'attach' as const }
  const raw = await refused(server, 'stdout=1&stderr=1', { ...options, subprotocols: [v4] })
  expect(raw).toMatchObject({
    code: 500,
    body: 'rpc error: code = InvalidArgument desc = tty and stderr cannot both be true',
  })
  const { messages } = await run(server, 'stdout=1&stderr=1', options)
  expect(messages).toEqual(['[1] ', '[3] {"metadata":{}}'])
  const silent = await connect(server, 'stdout=1', options)
  silent.socket.close()
  await silent.closed
  expect(silent.messages).toEqual(['[1] '])
})

it('a stdin that nobody reads stops the reading, pings included, and a paused client the output', async () => {
  const session = await connect(server, script('sleep 60', 'stdin=1&stdout=1'), {
    subprotocols: [v4],
  })
  const message = Buffer.concat([Buffer.of(0), Buffer.alloc(32 * 1024)])
  for (let count = 0; count < 512; count++) session.socket.send(message)
  let pongs = 0
  session.socket.on('pong', () => {
    pongs += 1
  })
  session.socket.ping()
  await run(server, script('true'))
  expect(pongs).toBe(0)
  expect(session.socket.bufferedAmount).toBeGreaterThan(0)
  session.socket.terminate()
})

it('close() kills what runs and frees everything', async () => {
  const other = await createTestServer()
  const session = await connect(other, script('echo $$; sleep 600 & wait'))
  const pid = Number((await session.message(/\d\n/)).slice('[1] '.length))
  expect(other.connections).toBe(1)
  await other.close()
  expect(await session.closed).toBe(1006)
  expect(other.connections).toBe(0)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  await other.close()
})

it('requests are logged without credentials', async () => {
  await run(server, script('true'))
  const last = server.requests.at(-1)
  expect(last).toMatchObject({ method: 'GET', subprotocols: [v5], user: 'kubernetes-admin' })
  expect(last?.path).toMatch(/^\/api\/v1\/namespaces\/default\/pods\/web-0\/exec\?stdout=true/)
  expect(JSON.stringify(server.requests)).not.toContain(server.token)
})

it('the kubeconfig is written for its owner only', async () => {
  const path = join(tmpdir(), `podwire-kubeconfig-${process.pid}`)
  await server.writeKubeconfig(path)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(server.kubeconfig).toContain(`server: ${server.url}\n`)
  execFileSync('rm', [path])
})
