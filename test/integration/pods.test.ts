import { describe, expect, it } from 'vitest'
import type { TestPod } from '../../src/testing/index.ts'
import { testCluster } from '../support/test-cluster.ts'

const pods: TestPod[] = [
  {
    name: 'web-0',
    labels: { app: 'web' },
    containers: [{ name: 'app', tty: true }, { name: 'side' }],
    initContainers: [{ name: 'setup' }],
  },
  { name: 'web-1', namespace: 'other', labels: { app: 'web' }, containers: [{ name: 'app' }] },
  { name: 'done', labels: { app: 'job' }, phase: 'Failed', containers: [{ name: 'app' }] },
]

const names = (list: readonly { readonly namespace: string; readonly name: string }[]) =>
  list.map(({ namespace, name }) => `${namespace}/${name}`)

describe('cluster.pods', () => {
  it('lists by namespace, label and field', async () => {
    await using running = await testCluster({ pods })
    const { cluster } = running
    expect(names(await cluster.pods())).toEqual(['default/web-0', 'default/done'])
    expect(names(await cluster.pods({ namespace: 'other' }))).toEqual(['other/web-1'])
    const everywhere = await cluster.pods({ allNamespaces: true, labelSelector: 'app in (web)' })
    expect(names(everywhere)).toEqual(['default/web-0', 'other/web-1'])
    const failed = await cluster.pods({ fieldSelector: 'status.phase=Failed' })
    expect(names(failed)).toEqual(['default/done'])
  })

  it('reads many page by page', async () => {
    const containers = [{ name: 'app' }]
    const many = Array.from({ length: 1200 }, (_, index) => ({ name: `web-${index}`, containers }))
    await using running = await testCluster({ pods: many })
    const found = await running.cluster.pods()
    expect(found.map(({ name }) => name)).toEqual(many.map(({ name }) => name))
    expect(running.server.requests).toHaveLength(3)
  })

  it('gives pods that work', async () => {
    await using running = await testCluster({ pods })
    const [pod] = await running.cluster.pods({ namespace: 'other' })
    expect(await pod?.exec(['echo', 'hi'])).toMatchObject({ exitCode: 0, stdout: 'hi\n' })
  })

  it('refuses options before anything is sent', async () => {
    await using running = await testCluster({ pods })
    const { cluster, server } = running
    const both = cluster.pods({ namespace: 'x', allNamespaces: true })
    await expect(both).rejects.toThrow(TypeError)
    await expect(cluster.pods({ namespace: '../x' })).rejects.toThrow(RangeError)
    await expect(cluster.pods({ labelSelector: 1 as never })).rejects.toThrow(TypeError)
    await expect(cluster.pods({ namespace: null as never })).rejects.toThrow(TypeError)
    await expect(cluster.pods({ labels: 'x' } as never)).rejects.toThrow("no option 'labels'")
    expect(server.requests).toEqual([])
  })

  it("keeps the server's words", async () => {
    await using running = await testCluster({ pods })
    await expect(running.cluster.pods({ labelSelector: '=' })).rejects.toMatchObject({
      code: 'ERR_REQUEST_REFUSED',
      httpStatus: 400,
      message: expect.stringContaining('unable to parse requirement'),
    })
  })
})

describe('a pod', () => {
  it('tells its containers', async () => {
    await using running = await testCluster({ pods })
    const containers = await running.pod.containers()
    expect(containers.map(({ name, kind, tty }) => [name, kind, tty])).toEqual([
      ['app', 'container', true],
      ['side', 'container', false],
      ['setup', 'init', false],
    ])
  })

  it("tells a container's status", async () => {
    await using running = await testCluster({ pods })
    const { cluster, pod } = running
    expect(await pod.containerStatus()).toMatchObject({
      name: 'app',
      state: { kind: 'running' },
      restartCount: 0,
      containerID: expect.stringMatching(/^containerd:/),
      podUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      phase: 'Running',
    })
    expect(await cluster.pod('done').containerStatus()).toMatchObject({
      state: { kind: 'terminated', exitCode: 1, reason: 'Error' },
    })
    await expect(pod.containerStatus('zzz')).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_FOUND',
      message: 'container zzz is not valid for pod web-0 out of: app, side, setup (init)',
    })
    await expect(pod.containerStatus('A/B')).rejects.toThrow(RangeError)
  })

  it('that is not there is refused in the words of the server', async () => {
    await using running = await testCluster({ pods })
    const missing = running.cluster.pod('nope')
    await expect(missing.containers()).rejects.toMatchObject({ httpStatus: 404 })
  })
})

describe('findPod', () => {
  it('by name and by selector, with the default container', async () => {
    await using running = await testCluster({ pods })
    const { cluster } = running
    for (const target of ['web-0', 'pod/web-0', 'pods/web-0', 'app=web', 'app in (web)']) {
      const pod = await cluster.findPod(target)
      expect([pod.name, pod.namespace, pod.container]).toEqual(['web-0', 'default', 'app'])
    }
    const other = await cluster.findPod('app=web', { namespace: 'other' })
    expect(names([other])).toEqual(['other/web-1'])
  })
})
