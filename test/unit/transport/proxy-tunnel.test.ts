import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { parseProxy } from '../../../src/transport/proxy.ts'
import { openTunnel } from '../../../src/transport/proxy-tunnel.ts'
import { tlsOptions } from '../../../src/transport/tls.ts'
import type { TestProxy } from '../../support/proxy.ts'
import { testProxy } from '../../support/proxy.ts'

const target = { hostname: '127.0.0.1', port: 1 }

function open({ url }: TestProxy, to: typeof target, signal: AbortSignal) {
  const proxy = parseProxy(url, 'proxy-url')
  return openTunnel(proxy, to, tlsOptions({}, proxy.hostname, {}), signal)
}

test.each(['http', 'socks5'] as const)(
  '%s: both directions, and nothing on the signal',
  async (protocol) => {
    await using echo = await testProxy({ answer: (client, bytes) => client.write(bytes) })
    await using proxy = await testProxy({ protocol })
    const { signal } = new AbortController()
    const tunnel = await open(proxy, { ...target, port: echo.port }, signal)
    tunnel.write('there and back')
    const [chunk] = await tunnel.take(1).toArray()
    expect(String(chunk)).toBe('there and back')
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await expect.poll(() => proxy.connections + echo.connections).toBe(0)
  },
)

test('an abort before, while and after', async () => {
  const reason = new Error('enough')
  await using silent = await testProxy({ answer: () => {} })
  await expect(open(silent, target, AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const opening = open(silent, target, controller.signal)
  await expect.poll(() => silent.received.length).toBeGreaterThan(0)
  controller.abort(reason)
  await expect(opening).rejects.toBe(reason)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  await expect.poll(() => silent.connections).toBe(0)

  await using proxy = await testProxy()
  const later = new AbortController()
  const tunnel = await open(proxy, { ...target, port: silent.port }, later.signal)
  later.abort(reason)
  expect(tunnel.destroyed).toBe(false)
  tunnel.destroy()
})

test('a refusal leaves no connection', async () => {
  await using proxy = await testProxy({
    answer: (client) => client.write('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'),
  })
  const { signal } = new AbortController()
  await expect(open(proxy, target, signal)).rejects.toMatchObject({ code: 'ERR_PROXY' })
  await expect.poll(() => proxy.connections).toBe(0)
})
