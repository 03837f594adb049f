import { describe, expect, it } from 'vitest'
import { Session } from '../../../src/process/session.ts'
import type { StreamRequest } from '../../../src/process/stream-request.ts'
import { streamOpener } from '../../../src/process/stream-request.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import type { SubprotocolChoice, TraceEvent } from '../../../src/protocol/index.ts'
import type { ApiServer, OpenOptions } from '../../../src/transport/api-server.ts'
import type { Socket, SocketEvents } from '../../../src/transport/socket.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

const v5 = 'v5.channel.k8s.io'
const v4 = 'v4.channel.k8s.io'

const base = {
  namespace: 'shop',
  pod: 'web-0',
  container: 'app',
  stdin: false,
  stdout: true,
  stderr: true,
  tty: false,
  subprotocol: undefined,
  trace: undefined,
}
const plain = { argv: ['true'], wrapper: null, stdinLength: null, stdinMustEnd: false }
const exec: StreamRequest = { ...base, kind: 'exec', command: plain }
const attach: StreamRequest = { ...base, kind: 'attach', command: null }

/** A server that takes note of what it is asked, and what the session came to. */
async function opened(request: StreamRequest) {
  const socket = new FakeSocket(v4)
  let asked: OpenOptions | undefined
  const server = {
    endpoint: { prefix: '/k8s' },
    open: async <S extends SocketEvents>(options: OpenOptions, accept: (s: Socket) => S) => {
      asked = options
      const session = accept(socket)
      socket.listen(session)
      return session
    },
  }
  const open = streamOpener(server as unknown as ApiServer, request)
  const session = await open((own) => {
    const collected = () => ({ stdout: '', stderr: '' })
    const streams = { stdin: null, stdout: null, stderr: null }
    return new Session(own, streams, { kind: request.kind, heartbeat: false, collected })
  }, undefined)
  const { choice, path } = asked as OpenOptions
  return { socket, session, choice, url: (subprotocol: typeof v4 | typeof v5) => path(subprotocol) }
}

describe('the path', () => {
  it('of an exec', async () => {
    const { url } = await opened(exec)
    const query = 'container=app&stdin=false&stdout=true&stderr=true&tty=false&command=true'
    expect(url(v4)).toBe(`/k8s/api/v1/namespaces/shop/pods/web-0/exec?${query}`)
  })

  it('of an attach', async () => {
    const { url } = await opened({ ...attach, stdin: true, tty: true, stderr: false })
    const query = 'container=app&stdin=true&stdout=true&stderr=false&tty=true'
    expect(url(v4)).toBe(`/k8s/api/v1/namespaces/shop/pods/web-0/attach?${query}`)
  })

  it('asks for a stdin that there is none of where its absence would be its end', async () => {
    const execTty = await opened({ ...exec, tty: true })
    const attached = await opened({ ...attach, containerStdin: true })
    for (const { url } of [execTty, attached]) {
      expect([url(v4), url(v5)]).toEqual([
        expect.stringContaining('stdin=true'),
        expect.stringContaining('stdin=false'),
      ])
    }
  })

  it('has the wrapper, which counts stdin where it cannot end', async () => {
    const wrapper = new Wrapper(['cat'], { stdin: true, stdout: true, stderr: true, tty: false })
    const command = { ...plain, wrapper, stdinLength: 7 }
    const { url } = await opened({ ...exec, stdin: true, command })
    const argv = (path: string) => new URLSearchParams(path.split('?')[1]).getAll('command')
    expect(argv(url(v5))).toEqual(wrapper.argv(null))
    expect(argv(url(v4))).toEqual(wrapper.argv(7))
  })
})

const needed = { ...plain, stdinMustEnd: true }
const onV5 = (fallback: typeof v4 | null): SubprotocolChoice => ({ subprotocol: v5, fallback })
const onV4: SubprotocolChoice = { subprotocol: v4, fallback: v5 }
const wrapper = new Wrapper(['cat'], { stdin: true, stdout: true, stderr: true, tty: false })

describe('the subprotocol', () => {
  it.each<[string, StreamRequest, SubprotocolChoice]>([
    ['exec', exec, onV4],
    ['exec with a stdin that may stay open', { ...exec, stdin: true }, onV5(v4)],
    ['exec with a stdin that must end', { ...exec, stdin: true, command: needed }, onV5(null)],
    [
      'a wrapper that can count it',
      { ...exec, stdin: true, command: { ...needed, wrapper, stdinLength: 0 } },
      onV5(v4),
    ],
    [
      'a wrapper that cannot',
      { ...exec, stdin: true, command: { ...needed, wrapper } },
      onV5(null),
    ],
    ['exec without a stdin that could end', { ...exec, command: needed }, onV4],
    ['what was asked for', { ...exec, subprotocol: v5 }, onV5(null)],
    ['attach', attach, onV4],
    ['attach with stdin', { ...attach, stdin: true, containerStdin: true }, onV5(v4)],
    [
      'attach with stdin and a tty',
      { ...attach, stdin: true, containerStdin: true, tty: true },
      onV4,
    ],
    ['attach to a container with stdin', { ...attach, containerStdin: true }, onV5(v4)],
    [
      'attach to one with stdinOnce',
      { ...attach, containerStdin: true, containerStdinOnce: true },
      onV5(null),
    ],
  ])('of %s', async (_name, request, choice) => {
    expect((await opened(request)).choice).toEqual(choice)
  })
})

it('the trace gets what happens', async () => {
  const events: TraceEvent[] = []
  const { socket, session } = await opened({ ...attach, trace: (event) => events.push(event) })
  expect(session).toBeInstanceOf(Session)
  socket.exit(0)
  socket.end()
  await session.exit
  expect(JSON.stringify(events[0])).toContain('"kind":"attach"')
  expect(events.length).toBeGreaterThan(2)
})
