import { getEventListeners, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import type { ProcessHandler } from '../../src/testing/index.ts'
import { Relay } from '../support/relay.ts'
import { testCluster } from '../support/test-cluster.ts'

const quick: ProcessHandler = ({ command, stdout }) => {
  stdout.write('out')
  return Number(command[1])
}

/** Sockets, timers and the like that keep the process busy, counted by kind; an immediate is gone by itself. */
function lasting(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** What there is more of than before, when it stays. Not by `expect.poll`, which lasts itself: its own timer counts. */
async function leftSince(before: Record<string, number>): Promise<[kind: string, count: number][]> {
  const more = () =>
    Object.entries(lasting()).filter(([kind, count]) => count > (before[kind] ?? 0))
  for (let i = 0; i < 500 && more().length > 0; i++) await sleep(10)
  return more()
}

/** Milliseconds: 8 s alone, 20 s next to one busy process per core. */
const patience = 120_000

it('a thousand sessions leave no listener, timer or socket behind', {
  timeout: patience,
}, async () => {
  await using t = await testCluster({
    pods: [{ name: 'web-0', containers: [{ name: 'app', exec: quick }] }],
  })
  const controller = new AbortController()
  const { signal } = controller
  await t.pod.exec(['exit', '0'], { signal })
  await expect.poll(() => t.server.connections).toBe(0)
  const before = lasting()
  for (let i = 0; i < 1000; i++) {
    const { exitCode, stdout } = await t.pod.exec(['exit', String(i % 256)], {
      signal,
      timeout: 60_000,
    })
    expect([exitCode, stdout]).toEqual([i % 256, 'out'])
  }
  await expect.poll(() => t.server.connections).toBe(0)
  expect(await leftSince(before)).toEqual([])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('failed and aborted sessions leave nothing either', async () => {
  await using t = await testCluster()
  await expect.poll(() => t.server.connections).toBe(0)
  const before = lasting()
  const controller = new AbortController()
  const { signal } = controller
  const outcomes = await Promise.allSettled([
    t.pod.exec(['no-such-command'], { signal }),
    t.pod.exec(['cat'], { signal, stdin: 'x', subprotocol: 'v5.channel.k8s.io' }),
    t.pod.exec(['yes'], { signal, maxBuffer: 10 }),
    t.pod.exec(['sleep', '60'], { signal, timeout: 100 }),
    t.pod.spawn(['true'], { signal }).then(({ exit }) => exit),
    t.pod.exec(['true'], { signal, container: 'nope' }),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
    'rejected',
  ])
  await expect.poll(() => t.server.connections).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  // Only the server's own children and pipes are still on their way out.
  expect(lasting()['TLSWrap'] ?? 0).toBe(before['TLSWrap'] ?? 0)
  expect(lasting()['TCPSocketWrap'] ?? 0).toBe(before['TCPSocketWrap'] ?? 0)
})

it('a session that is closed while the server is probed leaves nothing', async () => {
  await using t = await testCluster()
  const { ca, token, url } = t.server
  await using relay = await Relay.start(Number(new URL(url).port))
  const cluster = await connect({
    server: `https://127.0.0.1:${relay.port}`,
    tls: { ca },
    auth: { token },
    outputSlack: 1024,
    // Three seconds are left for the probe when the session is closed.
    heartbeat: { interval: 1_000, deadline: 4_000 },
  })
  const remote = await cluster.pod('web-0').spawn(['yes'])
  // The output holds back the session, so that it is probed.
  await once(remote.stdout, 'readable')
  await relay.quiet(200)
  relay.strike('black hole')
  await expect.poll(() => relay.connections, { timeout: 15_000 }).toBe(2)
  await remote.close()
  relay.release()
  await expect.poll(() => relay.connections, { timeout: 1_000 }).toBe(0)
})

it('logs, looks and waits leave nothing behind', async () => {
  const containers = [{ name: 'app', logs: 'one\ntwo\n' }]
  await using t = await testCluster({
    pods: [{ name: 'web-0', labels: { app: 'web' }, containers }],
  })
  const { cluster, pod, server } = t
  const controller = new AbortController()
  const { signal } = controller
  const use = async () => {
    for await (const _ of pod.logs({ signal }));
    for await (const _ of pod.logs({ signal, follow: true })) break
    for await (const _ of pod.logs({ signal, follow: true }).stream) break
    const unread = pod.logs({ signal, follow: true })
    unread.close()
    await cluster.pods({ signal })
    await cluster.findPod('app=web', { signal })
    await pod.waitUntilRunning({ signal })
    await Promise.allSettled([
      cluster.findPod('app=none', { signal, timeout: 20 }),
      cluster.pod('none').waitUntilRunning({ signal }),
      cluster.pod('none').logs({ signal, follow: true })[Symbol.asyncIterator]().next(),
    ])
    await expect.poll(() => server.connections).toBe(0)
  }
  await use()
  const before = lasting()
  for (let i = 0; i < 5; i++) await use()
  expect(await leftSince(before)).toEqual([])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
