import { expect, it } from 'vitest'
import { podResource } from '../../../src/testing/pod-resource.ts'

const startedAt = '2026-11-20T00:00:00Z'
const createdAt = new Date(startedAt)
const containers = [{ name: 'app', stdin: true, tty: true }]

it('a running pod has what kubectl and clients look at', () => {
  const pod = podResource({ name: 'web-0', labels: { app: 'web' }, createdAt, containers })
  expect(pod.metadata).toMatchObject({ namespace: 'default', labels: { app: 'web' } })
  expect(pod.metadata.uid).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(pod.spec).toMatchObject({ containers: [{ name: 'app', stdin: true, tty: true }] })
  expect(pod.status).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: true, state: { running: { startedAt } } }],
  })
})

it('a pending pod has no node, a finished one no running container', () => {
  const pending = podResource({ name: 'a', phase: 'Pending', containers })
  expect(pending.spec).not.toHaveProperty('nodeName')
  expect(pending.status.containerStatuses).toMatchObject([
    { state: { waiting: { reason: 'ContainerCreating' } } },
  ])
  const failed = podResource({ name: 'a', phase: 'Failed', containers })
  expect(failed.status.containerStatuses).toMatchObject([
    { ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } },
  ])
})

it.each([
  { waiting: { reason: 'ImagePullBackOff' } },
  { terminated: { exitCode: 3, reason: 'Error' } },
])('a container of a running pod that does not run: %j', (state) => {
  const pod = podResource({ name: 'a', containers: [{ name: 'app', state }] })
  expect(pod.status).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: false, state }],
  })
})

it('a changed pod is the same pod, a new one of its name is not', () => {
  const before = podResource({ name: 'a', createdAt, containers }, { version: 1 })
  const after = podResource({ name: 'a', ready: false, containers }, { version: 2, before })
  const { uid, creationTimestamp } = before.metadata
  expect(after.metadata).toMatchObject({ uid, creationTimestamp, resourceVersion: '2' })
  expect(after.status.containerStatuses).toMatchObject([{ ready: false }])
  expect(podResource({ name: 'a', containers }, { incarnation: 1 }).metadata.uid).not.toBe(uid)
})

it('a container that was started again has another ID', () => {
  const [first, second] = [0, 1].map((restarts) => {
    const pod = podResource({ name: 'a', containers: [{ name: 'app', restarts }] })
    return pod.status.containerStatuses[0]
  })
  expect(second).toMatchObject({ restartCount: 1 })
  expect(second?.['containerID']).not.toBe(first?.['containerID'])
})
