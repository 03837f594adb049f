import { expect, it } from 'vitest'
import { podResource } from '../../../src/testing/pod-resource.ts'

const createdAt = '2026-11-20T00:00:00Z'
const containers = [{ name: 'app', stdin: true, tty: true }]

it('a running pod has what kubectl and clients look at', () => {
  const pod = podResource({ name: 'web-0', labels: { app: 'web' }, containers }, createdAt)
  expect(pod.metadata).toMatchObject({ namespace: 'default', labels: { app: 'web' } })
  expect(pod.metadata.uid).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(pod.spec).toMatchObject({ containers: [{ name: 'app', stdin: true, tty: true }] })
  expect(pod.status).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: true, state: { running: { startedAt: createdAt } } }],
  })
})

it('a pending pod has no node, a finished one no running container', () => {
  const pending = podResource({ name: 'a', phase: 'Pending', containers }, createdAt)
  expect(pending.spec).not.toHaveProperty('nodeName')
  expect(pending.status.containerStatuses).toMatchObject([
    { state: { waiting: { reason: 'ContainerCreating' } } },
  ])
  const failed = podResource({ name: 'a', phase: 'Failed', containers }, createdAt)
  expect(failed.status.containerStatuses).toMatchObject([
    { ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } },
  ])
})

it.each([
  { waiting: { reason: 'ImagePullBackOff' } },
  { terminated: { exitCode: 3, reason: 'Error' } },
])('a container of a running pod that does not run: %j', (state) => {
  const pod = podResource({ name: 'a', containers: [{ name: 'app', state }] }, createdAt)
  expect(pod.status).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: false, state }],
  })
})
