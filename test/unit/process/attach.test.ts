import { describe, expect, it } from 'vitest'
import { UpgradeError } from '../../../src/errors.ts'
import { attachTo } from '../../../src/process/attach.ts'
import type { AttachOptions } from '../../../src/process/attach-options.ts'
import type { ApiServer, OpenOptions } from '../../../src/transport/api-server.ts'
import type { Socket, SocketEvents } from '../../../src/transport/socket.ts'
import { FakeSocket } from '../../support/fake-socket.ts'
import { rejection } from '../../support/rejection.ts'

const defaults = { heartbeat: false, outputSlack: 8, stdinWindow: 50 } as const
const v4 = 'v4.channel.k8s.io'
const v5 = 'v5.channel.k8s.io'
const missing = new UpgradeError('ERR_SUBPROTOCOL', 'no v5', { httpStatus: 403 })

const containers = [
  { name: 'app', stdin: true },
  { name: 'shell', stdin: true, tty: true },
  { name: 'once', stdin: true, stdinOnce: true },
  { name: 'plain' },
]

/** A server with such a pod; it opens sessions, unless it has something against it. */
function attach(container: string, options: AttachOptions = {}, refuse: Error | null = null) {
  const asked: string[] = []
  const socket = new FakeSocket(v4)
  const server = {
    endpoint: { prefix: '' },
    async getJson(path: string) {
      asked.push(path)
      const metadata = { name: 'web-0', namespace: 'shop' }
      const containerStatuses = containers.map(({ name }) => ({ name, state: { running: {} } }))
      return { metadata, spec: { containers }, status: { phase: 'Running', containerStatuses } }
    },
    async open<S extends SocketEvents>({ choice, path }: OpenOptions, accept: (s: Socket) => S) {
      asked.push(`${choice.subprotocol} ${path(choice.subprotocol).replace(/.*\?/, '')}`)
      if (refuse !== null) throw refuse
      const session = accept(socket)
      socket.listen(session)
      return session
    },
  }
  const pod = { namespace: 'shop', pod: 'web-0', container }
  return { asked, remote: attachTo(server as unknown as ApiServer, pod, options, defaults) }
}

describe('the request', () => {
  it.each<[string, AttachOptions, string]>([
    ['plain', {}, `${v4} container=plain&stdin=false&stdout=true&stderr=true&tty=false`],
    ['app', {}, `${v5} container=app&stdin=false&stdout=true&stderr=true&tty=false`],
    [
      'app',
      { stdin: true, stderr: false },
      `${v5} container=app&stdin=true&stdout=true&stderr=false&tty=false`,
    ],
    ['shell', {}, `${v5} container=shell&stdin=false&stdout=true&stderr=false&tty=true`],
    [
      'shell',
      { stdin: true },
      `${v4} container=shell&stdin=true&stdout=true&stderr=false&tty=true`,
    ],
    [
      'shell',
      { subprotocol: v4 },
      `${v4} container=shell&stdin=true&stdout=true&stderr=false&tty=true`,
    ],
    ['once', {}, `${v5} container=once&stdin=false&stdout=true&stderr=true&tty=false`],
  ])('%s %j', async (container, options, expected) => {
    const { asked, remote } = attach(container, options)
    const { kind, tty } = await remote
    expect(asked).toEqual(['/api/v1/namespaces/shop/pods/web-0', expected])
    expect([kind, tty]).toEqual(['attach', container === 'shell'])
  })
})

describe('stdin', () => {
  it('of a container that has none', async () => {
    const { asked, remote } = attach('plain', { stdin: true })
    expect(await rejection(remote)).toMatchObject({ code: 'ERR_CONTAINER_STDIN' })
    expect(asked).toHaveLength(1)
  })

  it('that would end for good: not without v5', async () => {
    const explicit = attach('once', { subprotocol: v4 })
    expect(await rejection(explicit.remote)).toMatchObject({ code: 'ERR_CONTAINER_STDIN' })
    expect(explicit.asked).toHaveLength(1)
    const refused = attach('once', {}, missing)
    expect(await rejection(refused.remote)).toMatchObject({
      code: 'ERR_CONTAINER_STDIN',
      cause: missing,
    })
  })

  it('is not to blame for other refusals', async () => {
    expect(await rejection(attach('once', { stdin: true }, missing).remote)).toBe(missing)
    const other = new UpgradeError('ERR_UPGRADE_REFUSED', 'no', { httpStatus: 404 })
    expect(await rejection(attach('once', {}, other).remote)).toBe(other)
  })
})
