import { once } from 'node:events'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import type { LogStream } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { collect, text, web } from '../support/logs.ts'
import { testProxy } from '../support/proxy.ts'
import { testCluster } from '../support/test-cluster.ts'

describe('a log', () => {
  it('is lines, the last one without its line feed too, or bytes', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    expect(await collect(pod.logs())).toEqual(['first', 'second', 'third'])
    expect(await text(pod.logs())).toBe('first\nsecond\nthird')
    expect(server.requests.map(({ path }) => path)).toEqual(
      Array(2).fill('/api/v1/namespaces/default/pods/web-0/log?container=app'),
    )
    await expect.poll(() => server.connections).toBe(0)
  })

  it('in part', async () => {
    await using running = await testCluster({ pods: [web({ previousLogs: 'before\n' })] })
    const { pod } = running
    expect(await text(pod.logs({ tailLines: 2 }))).toBe('second\nthird')
    expect(await text(pod.logs({ tailLines: 0 }))).toBe('')
    expect(await text(pod.logs({ limitBytes: 8 }))).toBe('first\nse')
    expect(await text(pod.logs({ previous: true }))).toBe('before\n')
    expect(await text(pod.logs({ sinceSeconds: 60 }))).toBe('first\nsecond\nthird')
    expect(await text(pod.logs({ sinceTime: new Date(Date.now() + 60_000) }))).toBe('')
    for await (const line of pod.logs({ timestamps: true })) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (first|second|third)$/)
    }
  })

  it('of any bytes, in any chunks', async () => {
    const bytes = Buffer.concat([Buffer.from('€ü\r\n\n😀'), Buffer.of(0xff, 0x0a, 0xe2, 0x82)])
    await using running = await testCluster({
      pods: [web({ logs: bytes })],
      fault: { kind: 'byte-by-byte' },
    })
    const { pod } = running
    expect(await collect(pod.logs())).toEqual(['€ü\r', '', '😀\ufffd', '\ufffd'])
    expect(Buffer.concat(await collect(pod.logs().stream))).toEqual(bytes)
    expect(await collect(pod.logs({ maxLineLength: 2 }))).toEqual([
      '€ü',
      '\r',
      '',
      '😀',
      '\ufffd',
      '\ufffd',
    ])
  })

  it('is asked for when it is read, and read once', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const log = pod.logs()
    expect(log.stream).toBe(log.stream)
    expect(() => log[Symbol.asyncIterator]()).toThrow(TypeError)
    const other = pod.logs()
    const lines = other[Symbol.asyncIterator]()
    expect(() => other.stream).toThrow('a log is read once')
    expect(server.requests).toEqual([])
    expect(await lines.next()).toEqual({ done: false, value: 'first' })
    expect(server.requests).toHaveLength(1)
    await lines.return?.()
    log.close()
    await expect.poll(() => server.connections).toBe(0)
  })

  it('is refused in the words of the server', async () => {
    const waiting = { state: { waiting: { reason: 'PodInitializing' } } }
    await using running = await testCluster({
      pods: [web(waiting), { name: 'two', containers: [{ name: 'a' }, { name: 'b' }] }],
    })
    const { cluster, pod } = running
    const refusals: [LogStream, number, string][] = [
      [cluster.pod('nope').logs(), 404, 'pods "nope" not found'],
      [pod.logs({ container: 'zzz' }), 400, 'container zzz is not valid for pod web-0'],
      [cluster.pod('two').logs(), 400, 'a container name must be specified for pod two'],
      [pod.logs({ previous: true }), 400, 'previous terminated container "app" in pod "web-0"'],
      [pod.logs(), 400, 'container "app" in pod "web-0" is waiting to start: PodInitializing'],
    ]
    for (const [log, httpStatus, words] of refusals) {
      await expect(collect(log)).rejects.toMatchObject({
        name: 'UpgradeError',
        httpStatus,
        message: expect.stringContaining(words),
      })
    }
    const { stream } = pod.logs()
    stream.resume()
    const [error] = await once(stream, 'error')
    expect(error).toMatchObject({ httpStatus: 400 })
  })

  it('is empty without a node', async () => {
    await using running = await testCluster({ pods: [web({}, { phase: 'Pending', node: null })] })
    expect(await collect(running.pod.logs())).toEqual([])
    expect(await text(running.pod.logs({ follow: true }))).toBe('')
  })

  it('refuses options at once', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const wrong: [object, typeof TypeError | typeof RangeError][] = [
      [{ sinceSeconds: 1, sinceTime: new Date() }, TypeError],
      [{ sinceTime: new Date(Number.NaN) }, RangeError],
      [{ sinceTime: '2026-01-01' }, TypeError],
      [{ sinceSeconds: 0 }, RangeError],
      [{ tailLines: -1 }, RangeError],
      [{ tailLines: '5' }, TypeError],
      [{ limitBytes: 0 }, RangeError],
      [{ maxLineLength: 0 }, RangeError],
      [{ follow: 'yes' }, TypeError],
      [{ container: '../x' }, RangeError],
      [{ tail: 1 }, TypeError],
      [{ signal: 1 }, TypeError],
    ]
    for (const [options, error] of wrong) expect(() => pod.logs(options)).toThrow(error)
    expect(server.requests).toEqual([])
  })

  it('a fresh credential is asked for once', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { url, ca, token } = running.server
    let asked = 0
    const auth = async () => {
      asked += 1
      return { headers: { Authorization: `Bearer ${asked === 1 ? 'old' : token}` } }
    }
    const cluster = await connect({ server: url, tls: { ca }, auth })
    expect(await collect(cluster.pod('web-0').logs())).toHaveLength(3)
    expect(asked).toBe(2)
  })

  it.each(['http', 'socks5'] as const)('goes through a proxy: %s', async (protocol) => {
    await using running = await testCluster({ pods: [web()] })
    await using proxy = await testProxy({ protocol })
    const { url, ca, token } = running.server
    const config = { server: url, tls: { ca }, auth: { token }, proxyUrl: proxy.url }
    const pod = (await connect(config)).pod('web-0')
    for await (const line of pod.logs({ follow: true })) {
      if (line === 'second') break
    }
    // The pod itself, and its log.
    expect(proxy.targets).toEqual(Array(2).fill(new URL(url).host))
    await expect.poll(() => proxy.connections).toBe(0)
  })

  it('waits for a slow reader', async () => {
    const big = `${'x'.repeat(1023)}\n`.repeat(1024)
    await using running = await testCluster({ pods: [web({ logs: big })] })
    let received = 0
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        received += chunk.length
        setImmediate(done)
      },
    })
    await pipeline(running.pod.logs().stream, slow)
    expect(received).toBe(big.length)
  })
})
