import { describe, expect, it } from 'vitest'
import type { ClientOptions, ClusterConfig } from '../../src/index.ts'
import { Cluster, connect } from '../../src/index.ts'

const server = 'https://127.0.0.1:6443'

it('a literal is one that names a server', async () => {
  const cluster = await connect({ server })
  expect(cluster).toBeInstanceOf(Cluster)
  expect([cluster.server, cluster.namespace]).toEqual([server, 'default'])
})

describe('connect refuses', () => {
  it.each<[string, unknown, typeof TypeError | typeof RangeError]>([
    ['null', null, TypeError],
    ['a string', server, TypeError],
    ['an unknown option', { sever: server }, TypeError],
    ['a literal and a kubeconfig', { server, kubeconfig: 'x' }, TypeError],
    ['a literal and a context', { server, context: 'x' }, TypeError],
    ['a literal and overrides', { server, overrides: {} }, TypeError],
    ['a server that is no string', { server: 7 }, TypeError],
    ['a server that is no URL', { server: '127.0.0.1' }, RangeError],
    ['a server with a password', { server: 'https://a:b@host' }, RangeError],
    ['auth that is a string', { server, auth: 'token' }, TypeError],
    ['auth that is null', { server, auth: null }, TypeError],
    ['auth that says nothing', { server, auth: {} }, TypeError],
    ['a handshakeTimeout of 0', { server, handshakeTimeout: 0 }, RangeError],
    ['a handshakeTimeout of text', { server, handshakeTimeout: '1s' }, TypeError],
    ['a handshakeTimeout no timer has', { server, handshakeTimeout: 2 ** 31 }, RangeError],
    ['a heartbeat that is true', { server, heartbeat: true }, TypeError],
    ['a heartbeat without a deadline', { server, heartbeat: { interval: 1 } }, TypeError],
    [
      'a deadline below the interval',
      { server, heartbeat: { interval: 2, deadline: 1 } },
      RangeError,
    ],
    ['an unknown part of the heartbeat', { server, heartbeat: { every: 1 } }, TypeError],
    ['an outputSlack of 0', { server, outputSlack: 0 }, RangeError],
    ['a stdinWindow of a half', { server, stdinWindow: 0.5 }, RangeError],
    ['allowInsecureHttp: 1', { server, allowInsecureHttp: 1 }, TypeError],
  ])('%s', async (_name, source, error) => {
    await expect(connect(source as ClusterConfig & ClientOptions)).rejects.toBeInstanceOf(error)
  })

  it('credentials for a server without TLS', async () => {
    const promise = connect({ server: 'http://127.0.0.1:1', auth: { token: 'x' } })
    await expect(promise).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_INSECURE' })
  })
})
