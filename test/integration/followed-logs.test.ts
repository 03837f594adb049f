import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { LogStream } from '../../src/index.ts'
import { ConnectionError, connect } from '../../src/index.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { collect, web } from '../support/logs.ts'
import { rejection } from '../support/rejection.ts'
import { testCluster } from '../support/test-cluster.ts'

/** What a container has that has come to its end. */
const ended = { state: { terminated: { exitCode: 0 } } }

describe('a followed log', () => {
  it('goes on until the container ends', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const lines: string[] = []
    const log = collect(pod.logs({ follow: true, tailLines: 1 }), lines)
    await expect.poll(() => server.requests.at(-1)?.path).toContain('/log?')
    server.appendLog('web-0', '!\nfourth\nfif')
    await expect.poll(() => lines).toEqual(['third!', 'fourth'])
    server.appendLog('web-0', 'th\n')
    server.setPod(web(ended))
    expect(await log).toEqual(['third!', 'fourth', 'fifth'])
    await expect.poll(() => server.connections).toBe(0)
  })

  it('ends with a timeout that nobody else holds', async () => {
    await using running = await testCluster({ pods: [web()] })
    const log = running.pod.logs({ follow: true, signal: AbortSignal.timeout(1_000) })
    const failure = rejection(collect(log))
    await collectGarbage()
    expect(await failure).toMatchObject({ name: 'TimeoutError' })
    await expect.poll(() => running.server.connections).toBe(0)
  })

  it('may say nothing for as long as it likes', async () => {
    await using running = await testCluster(
      { pods: [web({ logs: '' })] },
      { handshakeTimeout: 2_000, heartbeat: { interval: 50, deadline: 1_000 } },
    )
    const { pod, server } = running
    const log = collect(pod.logs({ follow: true }))
    const probes = () => server.requests.filter(({ path }) => path === '/version')
    await expect.poll(() => probes().length, { timeout: 15_000 }).toBe(3)
    server.appendLog('web-0', 'at last\n')
    server.setPod(web(ended))
    expect(await log).toEqual(['at last'])
  })

  it('ends with the pod, and with the run', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const first: string[] = []
    const log = collect(pod.logs({ follow: true }), first)
    await expect.poll(() => first).toHaveLength(2)
    server.setPod(web({ restarts: 1, logs: 'again\n' }))
    expect(await log).toEqual(['first', 'second', 'third'])
    const second: string[] = []
    const next = collect(pod.logs({ follow: true }), second)
    await expect.poll(() => second).toEqual(['again'])
    server.deletePod('web-0')
    expect(await next).toEqual(['again'])
  })

  it('needs no right to read pods', async () => {
    const rules = [{ resources: ['pods/log'], verbs: ['get'] }]
    const users = [{ name: 'jane', token: 'jane', rules }]
    await using running = await testCluster({ pods: [web(ended)], users })
    const { url, ca } = running.server
    const cluster = await connect({ server: url, tls: { ca }, auth: { token: 'jane' } })
    const log = cluster.pod('web-0').logs({ follow: true })
    expect(await collect(log)).toEqual(['first', 'second', 'third'])
  })

  it('with a limit ends there', async () => {
    await using running = await testCluster({ pods: [web()] })
    expect(await collect(running.pod.logs({ follow: true, limitBytes: 6 }))).toEqual(['first'])
  })

  it.each([
    ['break', () => true],
    [
      'close',
      (log: LogStream) => {
        log.close()
        return false
      },
    ],
  ])('%s ends the connection', async (_, leaves: (log: LogStream) => boolean) => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const log = pod.logs({ follow: true })
    const lines: string[] = []
    for await (const line of log) {
      lines.push(line)
      if (leaves(log)) break
    }
    expect(lines[0]).toBe('first')
    await expect.poll(() => server.connections).toBe(0)
  })

  it('destroy ends the connection, also while there is nothing to read', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    const { stream } = pod.logs({ follow: true })
    stream.resume()
    await expect.poll(() => server.requests.at(-1)?.path).toContain('/log?')
    stream.destroy()
    await once(stream, 'close')
    await expect.poll(() => server.connections).toBe(0)
    const lines = pod.logs({ follow: true, tailLines: 0 })[Symbol.asyncIterator]()
    const pending = lines.next()
    await expect.poll(() => server.connections).toBe(1)
    expect(await lines.return?.()).toEqual({ done: true, value: undefined })
    expect(await pending).toEqual({ done: true, value: undefined })
    await expect.poll(() => server.connections).toBe(0)
  })

  it('an abort ends it with its reason', async () => {
    await using running = await testCluster({ pods: [web()] })
    const { pod, server } = running
    for (const read of [
      (log: LogStream, lines: string[]) => collect(log, lines),
      (log: LogStream, lines: string[]) =>
        log.stream.forEach((chunk: Buffer) => void lines.push(String(chunk))),
    ]) {
      const controller = new AbortController()
      const { signal } = controller
      const lines: string[] = []
      const log = read(pod.logs({ follow: true, signal }), lines)
      await expect.poll(() => lines.length).toBeGreaterThan(0)
      const reason = new Error('enough')
      controller.abort(reason)
      await expect(log).rejects.toBe(reason)
      const before = server.requests.length
      await expect(collect(pod.logs({ signal }))).rejects.toBe(reason)
      expect(server.requests).toHaveLength(before)
    }
    await expect.poll(() => server.connections).toBe(0)
  })
})

describe('a log that does not come to its end', () => {
  it.each(['cut', 'reset'] as const)('%s is an error, behind what had come', async (kind) => {
    for (const follow of [true, false]) {
      await using running = await testCluster({
        pods: [web({ logs: 'first\nsecond\nthird\n' })],
        fault: { kind, afterBytes: 15 },
      })
      const lines: string[] = []
      const error = await collect(running.pod.logs({ follow }), lines).catch((thrown) => thrown)
      expect(lines).toEqual(['first', 'second'])
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST' })
      expect(error.message).toMatch(/^the log did not come to its end: the connection was cut: /)
      const { stream } = running.pod.logs({ follow })
      const chunks: Buffer[] = []
      await expect(collect(stream, chunks)).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' })
      expect(Buffer.concat(chunks).toString()).toBe('first\nsecond\nth')
    }
  })

  it('a slow reader gets all that came before the cut', async () => {
    const big = `${'x'.repeat(1023)}\n`.repeat(100)
    await using running = await testCluster({
      pods: [web({ logs: big })],
      fault: { kind: 'cut', afterBytes: 100_000 },
    })
    const lines = running.pod.logs()[Symbol.asyncIterator]()
    await lines.next()
    await expect.poll(() => running.server.connections).toBe(0)
    let count = 1
    const rest = (async () => {
      while (!(await lines.next()).done) count += 1
    })()
    await expect(rest).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' })
    expect(count).toBe(97)
  })

  it('a clean end while the container runs is an error', { timeout: 30_000 }, async () => {
    await using running = await testCluster({
      pods: [web()],
      fault: { kind: 'lost-hop', afterBytes: 6 },
    })
    const lines: string[] = []
    await expect(collect(running.pod.logs({ follow: true }), lines)).rejects.toMatchObject({
      code: 'ERR_CONNECTION_LOST',
      message: expect.stringContaining('the container is still running'),
    })
    expect(lines).toEqual(['first'])
    // Without follow there is nothing to tell it by.
    expect(await collect(running.pod.logs())).toEqual(['first'])
  })

  it('an abort is not kept waiting by the question whether it ended', async () => {
    await using running = await testCluster({
      pods: [web()],
      fault: { kind: 'lost-hop', afterBytes: 6 },
    })
    const { pod, server } = running
    const controller = new AbortController()
    const { signal } = controller
    const log = collect(pod.logs({ follow: true, signal }))
    // Before the log, and twice behind it.
    const looks = () => server.requests.filter(({ path }) => path.endsWith('/web-0')).length
    await expect.poll(looks).toBeGreaterThan(2)
    controller.abort('enough')
    await expect(log).rejects.toBe('enough')
  })

  it('a server that is gone is noticed', { timeout: 30_000 }, async () => {
    await using running = await testCluster(
      { pods: [web()] },
      { heartbeat: { interval: 50, deadline: 1_000 } },
    )
    const { pod, server } = running
    const probes = () => server.requests.filter(({ path }) => path === '/version').length
    for (const kind of ['half-open', 'no-answer'] as const) {
      server.setFault(({ path }) => (path.includes('/log') ? { kind } : null))
      const before = probes()
      const log = collect(pod.logs({ follow: true }))
      await expect.poll(probes, { timeout: 5_000 }).toBeGreaterThan(before)
      server.setFault({ kind: 'no-answer' })
      await expect(log).rejects.toMatchObject({
        code: 'ERR_CONNECTION_LOST',
        message: expect.stringContaining('does not answer on a new connection either'),
      })
    }
    await expect.poll(() => server.connections).toBe(0)
  })
})
