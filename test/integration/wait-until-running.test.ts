import { describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import type { TestContainerState, TestPod, TestServer } from '../../src/testing/index.ts'
import { testCluster } from '../support/test-cluster.ts'

const web = (rest: Partial<TestPod> = {}, state?: TestContainerState): TestPod => ({
  name: 'web-0',
  containers: [{ name: 'app', ...(state && { state }) }],
  ...rest,
})
const pending = web({ phase: 'Pending' })
const pulling = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }

const watching = (server: TestServer) =>
  expect.poll(() => server.requests.at(-1)?.path).toContain('watch=true')
const looks = (server: TestServer) =>
  server.requests.filter(({ path }) => !path.includes('watch=true')).length

describe('waitUntilRunning', () => {
  it('resolves at once for a container that runs, with its status', async () => {
    await using running = await testCluster({ pods: [web()] })
    const status = await running.pod.waitUntilRunning()
    expect(status).toMatchObject({ name: 'app', state: { kind: 'running' }, phase: 'Running' })
    expect(running.server.requests).toHaveLength(1)
  })

  it('waits by watch', async () => {
    await using running = await testCluster({ pods: [pending, web({ name: 'web-1' })] })
    const { pod, server } = running
    const status = pod.waitUntilRunning()
    await watching(server)
    server.setPod(web({}, pulling))
    server.setPod(web({ name: 'web-1', ready: false }))
    server.setPod(web())
    expect(await status).toMatchObject({ state: { kind: 'running' } })
    expect(looks(server)).toBe(1)
    await expect.poll(() => server.connections).toBe(0)
  })

  it('for a named container', async () => {
    const containers = [{ name: 'app' }, { name: 'side', state: pulling }]
    await using running = await testCluster({ pods: [{ name: 'web-0', containers }] })
    const { pod, server } = running
    const status = pod.waitUntilRunning({ container: 'side' })
    await watching(server)
    server.setPod({ name: 'web-0', containers: [{ name: 'app' }, { name: 'side' }] })
    expect((await status).name).toBe('side')
    await expect(pod.waitUntilRunning({ container: 'zzz' })).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_FOUND',
    })
  })

  it('says in time what it waits for', async () => {
    await using running = await testCluster({ pods: [web({}, pulling)] })
    const { pod, server } = running
    await expect(pod.waitUntilRunning({ timeout: 1_000 })).rejects.toMatchObject({
      name: 'PodwireError',
      code: 'ERR_TIMEOUT',
      message:
        'container app of pod web-0 did not run within 1000 ms: it is waiting: ImagePullBackOff: Back-off pulling image "x" (the pod\'s phase is Running)',
    })
    await expect.poll(() => server.connections).toBe(0)
  })

  const ended = { terminated: { exitCode: 3, reason: 'Error' } }
  const done = { terminated: { exitCode: 0, reason: 'Completed' } }
  it.each<[string, TestPod, string]>([
    ['a pod that has failed', web({ phase: 'Failed' }), "the pod's phase is Failed"],
    ['a pod that has ended', web({ phase: 'Succeeded' }), "the pod's phase is Succeeded"],
    ['a pod that goes away', web({ deletedAt: new Date() }, pulling), 'the pod is being deleted'],
    [
      'a container that is not started again',
      web({ restartPolicy: 'Never' }, ended),
      'it is terminated with exit code 3: Error',
    ],
    [
      'a container that is done',
      web({ restartPolicy: 'OnFailure' }, done),
      'it is terminated with exit code 0: Completed',
    ],
  ])('rejects at once for %s', async (_, pod, why) => {
    await using running = await testCluster({ pods: [pod] })
    await expect(running.pod.waitUntilRunning()).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_RUNNING',
      message: `container app of pod web-0 is not running and will not be: ${why}`,
    })
  })

  it('waits for a container that will be started again', async () => {
    await using running = await testCluster({ pods: [web({ restartPolicy: 'OnFailure' }, ended)] })
    const { pod, server } = running
    const status = pod.waitUntilRunning()
    await watching(server)
    server.setPod(web({ containers: [{ name: 'app', restarts: 1 }] }))
    expect(await status).toMatchObject({ restartCount: 1 })
  })

  it('rejects when the pod is deleted, and when another takes its place', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    const status = pod.waitUntilRunning()
    await watching(server)
    server.deletePod('web-0')
    await expect(status).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_RUNNING',
      message: expect.stringContaining('the pod was deleted'),
    })
    await expect(pod.waitUntilRunning()).rejects.toMatchObject({ httpStatus: 404 })
  })

  it('an abort ends it with its reason', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    const controller = new AbortController()
    const status = pod.waitUntilRunning({ signal: controller.signal })
    await watching(server)
    controller.abort('enough')
    await expect(status).rejects.toBe('enough')
    await expect.poll(() => server.connections).toBe(0)
    const { signal } = controller
    await expect(pod.waitUntilRunning({ signal })).rejects.toBe('enough')
  })

  it('refuses options before anything is sent', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    await expect(pod.waitUntilRunning({ timeout: 0 })).rejects.toThrow(RangeError)
    await expect(pod.waitUntilRunning({ container: 'A' })).rejects.toThrow(RangeError)
    await expect(pod.waitUntilRunning({ until: 'x' } as never)).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
  })
})

describe('a watch that breaks', () => {
  it.each(['cut', 'reset'] as const)('%s: goes on where it was', async (kind) => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    let watches = 0
    server.setFault(({ path }) => {
      if (!path.includes('watch=true')) return null
      watches += 1
      return watches <= 2 ? { kind, afterBytes: 0 } : null
    })
    const status = pod.waitUntilRunning()
    await expect.poll(() => watches).toBe(3)
    server.setPod(web())
    expect(await status).toMatchObject({ state: { kind: 'running' } })
    expect(looks(server)).toBe(1)
  })

  it('that fell too far behind begins again with a look', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    let broken = false
    server.setFault(({ path }) => {
      if (!path.includes('watch=true')) return null
      if (broken) return { kind: 'refuse', code: 503 }
      return { kind: 'cut', afterBytes: 0 }
    })
    const status = pod.waitUntilRunning()
    await watching(server)
    broken = true
    for (let change = 0; change < 200; change += 1) server.setPod(web({ name: `x-${change}` }))
    server.setPod(web())
    server.setFault(null)
    expect(await status).toMatchObject({ state: { kind: 'running' } })
    expect(looks(server)).toBe(2)
  })

  it('and stays broken is named when the time is over', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    const status = pod.waitUntilRunning({ timeout: 4_000 })
    await watching(server)
    await server.close()
    await expect(status).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      message: expect.stringMatching(
        /: it is waiting: ContainerCreating .*; nothing is heard of it any more: nothing listens at /,
      ),
      cause: { code: 'ERR_CONNECTION_REFUSED' },
    })
  })

  it('an HTTP 410 does the same', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    server.setFault(({ path }) =>
      path.includes('watch=true') ? { kind: 'refuse', code: 410, body: 'gone' } : null,
    )
    const status = pod.waitUntilRunning()
    await watching(server)
    server.setFault(null)
    server.setPod(web())
    expect(await status).toMatchObject({ state: { kind: 'running' } })
  })

  it('a pod that was deleted meanwhile is not waited for', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    server.setFault(({ path }) =>
      path.includes('watch=true') ? { kind: 'refuse', code: 410, body: 'gone' } : null,
    )
    const status = pod.waitUntilRunning()
    await watching(server)
    server.deletePod('web-0')
    await expect(status).rejects.toThrow('the pod was deleted')
  })

  it('a pod that was replaced meanwhile neither', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    server.setFault(({ path }) =>
      path.includes('watch=true') ? { kind: 'refuse', code: 410, body: 'gone' } : null,
    )
    const status = pod.waitUntilRunning()
    await watching(server)
    server.deletePod('web-0')
    server.setPod(web())
    await expect(status).rejects.toThrow('the pod was replaced by another one of its name')
  })

  it('an event may come byte by byte', async () => {
    await using running = await testCluster({ pods: [pending] })
    const { pod, server } = running
    server.setFault(({ path }) => (path.includes('watch=true') ? { kind: 'byte-by-byte' } : null))
    const status = pod.waitUntilRunning()
    await watching(server)
    server.setPod(web())
    expect(await status).toMatchObject({ state: { kind: 'running' } })
  })
})

describe('where the role lacks', () => {
  it.each([
    ['watch', ['get', 'list']],
    ['list and watch', ['get']],
  ])('%s, it looks now and then', async (_, verbs) => {
    const rules = [{ resources: ['pods'], verbs }]
    const users = [{ name: 'jane', token: 'jane', rules }]
    await using running = await testCluster({ pods: [pending], users })
    const { server } = running
    const { url, ca } = server
    const cluster = await connect({ server: url, tls: { ca }, auth: { token: 'jane' } })
    const status = cluster.pod('web-0').waitUntilRunning()
    await expect.poll(() => server.requests.length).toBeGreaterThan(1)
    server.setPod(web())
    expect(await status).toMatchObject({ state: { kind: 'running' } })
    const again = cluster.pod('web-0').waitUntilRunning({ container: 'app' })
    expect(await again).toMatchObject({ name: 'app' })
  })
})
