import { describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import type { TestPod, TestWorkload } from '../../src/testing/index.ts'
import { testCluster } from '../support/test-cluster.ts'

const app = { name: 'app' }
const pods: TestPod[] = [
  { name: 'other-0', labels: { app: 'other' }, containers: [app] },
  { name: 'web-0', labels: { app: 'web', tier: 'a' }, containers: [app, { name: 'side' }] },
]
const matchLabels = { app: 'web' }
const workloads: TestWorkload[] = [
  { kind: 'Deployment', name: 'web', matchLabels },
  { kind: 'ReplicaSet', name: 'web', matchLabels },
  { kind: 'StatefulSet', name: 'web', matchLabels },
  { kind: 'DaemonSet', name: 'web', matchLabels },
  { kind: 'Job', name: 'web', matchLabels },
  { kind: 'Service', name: 'web', matchLabels },
  { kind: 'ReplicationController', name: 'web', matchLabels },
  { kind: 'Service', name: 'outside' },
  { kind: 'Deployment', name: 'new', matchLabels: { app: 'new' } },
  {
    kind: 'Deployment',
    name: 'sets',
    matchExpressions: [
      { key: 'app', operator: 'NotIn', values: ['other', 'third'] },
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'app', operator: 'Exists' },
      { key: 'gone', operator: 'DoesNotExist' },
    ],
  },
]

describe('findPod', () => {
  it.each([
    'deploy/web',
    'deployment/web',
    'deployments/web',
    'Deployment/web',
    'deployments.apps/web',
    'deployment.v1.apps/web',
    'rs/web',
    'sts/web',
    'ds/web',
    'job/web',
    'jobs.batch/web',
    'svc/web',
    'service/web',
    'rc/web',
    'deploy/sets',
    'app=web',
    'app==web,tier!=b',
    'tier in (a, b)',
  ])('%s', async (target) => {
    await using running = await testCluster({ pods, workloads })
    const pod = await running.cluster.findPod(target)
    expect([pod.name, pod.namespace, pod.container]).toEqual(['web-0', 'default', 'app'])
  })

  it("takes the default container from kubectl's annotation", async () => {
    const annotations = { 'kubectl.kubernetes.io/default-container': 'side' }
    const containers = [app, { name: 'side' }]
    await using running = await testCluster({
      pods: [
        { name: 'web-0', annotations, containers },
        { name: 'web-1', annotations, containers: [app] },
      ],
    })
    const { cluster } = running
    expect((await cluster.findPod('web-0')).container).toBe('side')
    await expect(cluster.findPod('web-1')).rejects.toMatchObject({
      code: 'ERR_CONTAINER_NOT_FOUND',
      message: 'container side is not valid for pod web-1 out of: app',
    })
    // As kubectl logs has it.
    expect((await cluster.findPod('web-1', { purpose: 'logs' })).container).toBe('app')
  })

  it('waits for the first pod of a workload', async () => {
    await using running = await testCluster({ pods, workloads })
    const { cluster, server } = running
    const found = cluster.findPod('deploy/new')
    await expect.poll(() => server.requests.at(-1)?.path).toContain('watch=true')
    server.setPod({ name: 'other-1', labels: { app: 'other' }, containers: [app] })
    server.setPod({ name: 'new-0', labels: { app: 'new' }, phase: 'Pending', containers: [app] })
    expect((await found).name).toBe('new-0')
    await expect.poll(() => server.connections).toBe(0)
  })

  it('gives up in time', async () => {
    await using running = await testCluster({ pods, workloads })
    const { cluster, server } = running
    await expect(cluster.findPod('deploy/new', { timeout: 50 })).rejects.toMatchObject({
      code: 'ERR_POD_NOT_FOUND',
      message: 'no pod in namespace default matches app=new within 50 ms',
    })
    await expect(cluster.findPod('app=new', { timeout: 0 })).rejects.toMatchObject({
      code: 'ERR_POD_NOT_FOUND',
      message: 'no pod in namespace default matches app=new',
    })
    await expect.poll(() => server.connections).toBe(0)
  })

  it('looks now and then where the role lacks watch', async () => {
    const rules = [{ resources: ['pods'], verbs: ['list'] }]
    const users = [{ name: 'jane', token: 'jane', rules }]
    await using running = await testCluster({ pods, users })
    const { server } = running
    const { url, ca } = server
    const cluster = await connect({ server: url, tls: { ca }, auth: { token: 'jane' } })
    const found = cluster.findPod('app=new')
    await expect.poll(() => server.requests.at(-1)?.path).toContain('watch=true')
    server.setPod({ name: 'new-0', labels: { app: 'new' }, containers: [app] })
    expect((await found).name).toBe('new-0')
  })

  it('keeps the words of the server', async () => {
    await using running = await testCluster({ pods, workloads })
    const { cluster } = running
    await expect(cluster.findPod('deploy/zzz')).rejects.toMatchObject({
      httpStatus: 404,
      message: expect.stringContaining('deployments.apps "zzz" not found'),
    })
    await expect(cluster.findPod('zzz')).rejects.toMatchObject({ httpStatus: 404 })
    await expect(cluster.findPod('svc/outside')).rejects.toMatchObject({
      code: 'ERR_POD_NOT_FOUND',
      message: expect.stringContaining('services/outside has no selector'),
    })
  })

  it.each([
    'cj/web',
    'node/a',
    'deploy/a/b',
    '/web',
    'deploy/',
    'deploy/A',
    'deploy/../../x',
    'deploy.batch/web',
    'web 0',
    '',
    'pod/',
  ])('%j is no target, and nothing is sent', async (target) => {
    await using running = await testCluster({ pods, workloads })
    const { cluster, server } = running
    await expect(cluster.findPod(target)).rejects.toThrow(RangeError)
    await expect(cluster.findPod(1 as never)).rejects.toThrow(TypeError)
    await expect(cluster.findPod('a', { timeout: -1 })).rejects.toThrow(RangeError)
    await expect(cluster.findPod('a', { purpose: 'cp' as never })).rejects.toThrow(RangeError)
    await expect(cluster.findPod('a', { signal: {} as never })).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
  })

  it('an abort ends the waiting with its reason', async () => {
    await using running = await testCluster({ pods, workloads })
    const { cluster, server } = running
    const controller = new AbortController()
    const found = cluster.findPod('app=new', { signal: controller.signal })
    await expect.poll(() => server.requests.at(-1)?.path).toContain('watch=true')
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(found).rejects.toBe(reason)
    await expect.poll(() => server.connections).toBe(0)
  })
})
