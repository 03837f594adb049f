import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Credential, CredentialSource } from '../../../src/auth/credential.ts'
import type { Fault, TestServer } from '../../../src/testing/index.ts'
import { createTestServer } from '../../../src/testing/index.ts'
import { ApiServer } from '../../../src/transport/api-server.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'
import type { Socket, SocketEnd } from '../../../src/transport/socket.ts'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer({
    pods: [{ name: 'web-0', containers: [{ name: 'app', exec: () => 0 }] }],
  })
})
beforeEach(() => server.setFault(null))
afterAll(() => server.close())

const good = (): Credential => ({ headers: { Authorization: `Bearer ${server.token}` } })
const bad: Credential = { headers: { Authorization: 'Bearer expired' } }

/** Hands out these credentials one after the other, and notes what it was asked. */
function credentials(...list: Credential[]) {
  const asked: (Credential | undefined)[] = []
  const source: CredentialSource = {
    refreshable: list.length > 1,
    credential: async (rejected) => {
      asked.push(rejected)
      return list[Math.min(asked.length, list.length) - 1] as Credential
    },
  }
  return { source, asked }
}

const path = '/api/v1/namespaces/default/pods/web-0/exec?command=x&stdout=true'
const v4first = { subprotocol: 'v4.channel.k8s.io', fallback: 'v5.channel.k8s.io' } as const
const v5only = { subprotocol: 'v5.channel.k8s.io', fallback: null } as const

function open(
  source: CredentialSource,
  choice: typeof v4first | typeof v5only,
  signal?: AbortSignal,
) {
  const endpoint = endpointOf({ server: server.url, tls: { ca: server.ca } }, false)
  const before = server.requests.length
  const ended = new Deferred<SocketEnd>()
  const session = { message: () => {}, pong: () => {}, end: ended.resolve }
  let opened: Socket | undefined
  const promise = new ApiServer(endpoint, source, { handshakeTimeout: 2_000 }).open(
    { choice, path: (subprotocol) => `${path}&x=${subprotocol}`, signal },
    (socket) => {
      opened = socket
      return session
    },
  )
  const requests = () =>
    server.requests.slice(before).map(({ path: sent, subprotocols }) => {
      expect(sent.endsWith(`x=${subprotocols.join()}`)).toBe(true)
      return subprotocols.join()
    })
  return { promise, requests, ended: ended.promise, session, socket: () => opened }
}

describe('a 401', () => {
  it('is answered with a fresh credential, once', async () => {
    const { source, asked } = credentials(bad, good())
    const { promise, requests, session, ended } = open(source, v5only)
    expect(await promise).toBe(session)
    expect([asked, requests().length]).toEqual([[undefined, bad], 2])
    expect((await ended).code).toBe(1000)
  })

  it('twice is the end', async () => {
    const { source, asked } = credentials(bad, bad, good())
    const { promise } = open(source, v5only)
    await expect(promise).rejects.toMatchObject({ httpStatus: 401 })
    expect(asked).toHaveLength(2)
  })

  it('is the end when there is no other credential', async () => {
    const { source, asked } = credentials(bad)
    const { promise, requests } = open(source, v5only)
    await expect(promise).rejects.toMatchObject({
      httpStatus: 401,
      status: { reason: 'Unauthorized' },
    })
    expect([asked.length, requests().length]).toEqual([1, 1])
  })
})

describe('a refused subprotocol', () => {
  const refuse = (...refused: string[]) =>
    server.setFault(({ subprotocols }) =>
      refused.includes(subprotocols.join()) ? { kind: 'refuse', code: 403 } : null,
    )

  it('is followed by the fallback, with its own path', async () => {
    refuse('v4.channel.k8s.io')
    const { promise, requests, socket, ended } = open(credentials(good()).source, v4first)
    await promise
    expect(requests()).toEqual(['v4.channel.k8s.io', 'v5.channel.k8s.io'])
    expect(socket()?.subprotocol).toBe('v5.channel.k8s.io')
    await ended
  })

  it('twice is the end', async () => {
    refuse('v4.channel.k8s.io', 'v5.channel.k8s.io')
    const { promise, requests } = open(credentials(good()).source, v4first)
    await expect(promise).rejects.toMatchObject({ code: 'ERR_SUBPROTOCOL', httpStatus: 403 })
    expect(requests()).toHaveLength(2)
  })

  it('is the end without a fallback', async () => {
    refuse('v5.channel.k8s.io')
    const { promise, requests } = open(credentials(good()).source, v5only)
    await expect(promise).rejects.toMatchObject({ code: 'ERR_SUBPROTOCOL' })
    expect(requests()).toHaveLength(1)
  })

  it.each<[string, Fault]>([
    ['words', { kind: 'refuse', code: 403, body: 'no' }],
    ['another status', { kind: 'refuse', code: 500 }],
    // The server has started the command by then: another dial would run it twice.
    [
      'another subprotocol in a 101',
      { kind: 'wrong-subprotocol', subprotocol: 'v5.channel.k8s.io' },
    ],
    ['no subprotocol in a 101', { kind: 'wrong-subprotocol', subprotocol: null }],
  ])('is not: %s', async (_name, fault) => {
    server.setFault(fault)
    const { promise, requests, socket } = open(credentials(good()).source, v4first)
    await expect(promise).rejects.toMatchObject({ name: 'UpgradeError' })
    expect([requests().length, socket()]).toEqual([1, undefined])
  })
})

describe('an abort', () => {
  it('does not wait for credentials', async () => {
    const controller = new AbortController()
    const source = { refreshable: true, credential: () => new Promise<Credential>(() => {}) }
    const { promise, requests } = open(source, v5only, controller.signal)
    controller.abort('enough')
    await expect(promise).rejects.toBe('enough')
    expect(requests()).toEqual([])
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'while credentials arrive sends nothing (%i turns)',
    async (turns) => {
      server.setFault({ kind: 'no-answer' })
      const controller = new AbortController()
      const source = { refreshable: false, credential: async () => good() }
      const { promise, requests } = open(source, v5only, controller.signal)
      promise.catch(() => {})
      for (let turn = 0; turn < turns; turn += 1) await null
      controller.abort('enough')
      await expect(promise).rejects.toBe('enough')
      await expect.poll(() => server.connections).toBe(0)
      expect(requests()).toEqual([])
    },
  )

  it('while the credentials of a second try arrive does not wait for the server', async () => {
    for (let turns = 0; turns < 8; turns += 1) {
      const controller = new AbortController()
      server.setFault(({ user }) => (user === null ? null : { kind: 'no-answer' }))
      const source: CredentialSource = {
        refreshable: true,
        credential: async (rejected) => {
          if (rejected === undefined) return bad
          void (async () => {
            for (let turn = 0; turn < turns; turn += 1) await null
            controller.abort('enough')
          })()
          return good()
        },
      }
      const { promise } = open(source, v5only, controller.signal)
      await expect(promise).rejects.toBe('enough')
    }
    await expect.poll(() => server.connections).toBe(0)
  })

  it('does not wait for the server', async () => {
    server.setFault({ kind: 'no-answer' })
    const controller = new AbortController()
    const { promise, requests } = open(credentials(good()).source, v5only, controller.signal)
    await expect.poll(() => requests().length).toBe(1)
    controller.abort('enough')
    await expect(promise).rejects.toBe('enough')
    await expect.poll(() => server.connections).toBe(0)
  })
})

it('credentials that fail send nothing', async () => {
  const reason = new Error('no login')
  const source = { refreshable: true, credential: () => Promise.reject(reason) }
  const { promise, requests } = open(source, v5only)
  await expect(promise).rejects.toBe(reason)
  expect(requests()).toEqual([])
})

it('getJson refreshes after a 401 as well', async () => {
  const endpoint = endpointOf({ server: server.url, tls: { ca: server.ca } }, false)
  const { source, asked } = credentials(bad, good())
  const pod = await new ApiServer(endpoint, source, { handshakeTimeout: 2_000 }).getJson(
    '/api/v1/namespaces/default/pods/web-0',
  )
  expect(pod).toMatchObject({ kind: 'Pod', metadata: { name: 'web-0' } })
  expect(asked).toEqual([undefined, bad])
})
