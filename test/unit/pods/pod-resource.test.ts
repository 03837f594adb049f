import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectionError } from '../../../src/errors.ts'
import { JsonFields } from '../../../src/pods/json-fields.ts'
import { containersOf, readPod, statusOf } from '../../../src/pods/pod-resource.ts'

const metadata = { name: 'web-0', namespace: 'shop' }
const read = (value: unknown) => readPod(new JsonFields(value))

test('the least a pod has', () => {
  expect(read({ metadata })).toMatchObject({
    metadata: { ...metadata, uid: '', labels: {}, creationTimestamp: null, ownerReferences: [] },
    spec: { nodeName: '', containers: [] },
    status: { phase: '', conditions: [], containerStatuses: [] },
  })
})

const startedAt = '2026-11-20T10:00:00Z'
const whole = {
  kind: 'Pod',
  metadata: {
    ...metadata,
    uid: '1-2',
    resourceVersion: '77',
    labels: { app: 'web' },
    annotations: { 'kubectl.kubernetes.io/default-container': 'app' },
    creationTimestamp: startedAt,
    deletionTimestamp: '2026-11-20T11:00:00Z',
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true, uid: '9' }],
  },
  spec: {
    nodeName: 'node-0',
    containers: [{ name: 'app', image: 'busybox', stdin: true, stdinOnce: true, tty: true }],
    initContainers: [{ name: 'setup', restartPolicy: 'Always' }],
    ephemeralContainers: [{ name: 'debug', targetContainerName: 'app' }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startedAt }],
    containerStatuses: [
      {
        name: 'app',
        ready: true,
        restartCount: 2,
        containerID: 'containerd://1',
        state: { running: { startedAt } },
        lastState: {
          terminated: {
            exitCode: 137,
            signal: 9,
            reason: 'OOMKilled',
            startedAt,
            finishedAt: null,
          },
        },
      },
    ],
    initContainerStatuses: [{ name: 'setup', state: { waiting: { reason: 'ImagePullBackOff' } } }],
    ephemeralContainerStatuses: [{ name: 'debug', state: {} }],
  },
}

test('all of it', () => {
  const pod = read(whole)
  expect(pod.metadata).toMatchObject({ uid: '1-2', resourceVersion: '77', labels: { app: 'web' } })
  expect(pod.metadata.creationTimestamp).toEqual(new Date(startedAt))
  expect(pod.metadata.ownerReferences[0]).toMatchObject({ kind: 'ReplicaSet', controller: true })
  expect(containersOf(pod).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'app container',
    'debug ephemeral',
    'setup init',
  ])
  expect(pod.spec.containers[0]).toMatchObject({ stdin: true, stdinOnce: true, tty: true })
  expect(statusOf(pod, 'app')).toMatchObject({
    ready: true,
    restartCount: 2,
    containerID: 'containerd://1',
    state: { kind: 'running', startedAt: new Date(startedAt) },
    lastState: { kind: 'terminated', exitCode: 137, signal: 9, reason: 'OOMKilled' },
  })
  const waiting = { kind: 'waiting', reason: 'ImagePullBackOff', message: '' }
  expect(statusOf(pod, 'setup')?.state).toEqual(waiting)
  expect(statusOf(pod, 'debug')?.state).toEqual({ kind: 'waiting', reason: '', message: '' })
  expect(statusOf(pod, 'debug')?.lastState).toBeNull()
  expect(statusOf(pod, 'other')).toBeUndefined()
})

describe('what is no pod is refused', () => {
  test.each([
    [null, 'metadata.name'],
    [{ metadata: { name: 'web-0' } }, 'metadata.namespace'],
    [{ metadata, spec: { containers: [{}] } }, 'spec.containers[0].name'],
    [{ metadata, spec: { containers: [{ name: 'a', tty: 1 }] } }, 'spec.containers[0].tty'],
    [{ metadata, status: { containerStatuses: 'x' } }, 'status.containerStatuses'],
    [
      { metadata, status: { containerStatuses: [{ name: 'a', state: { terminated: 7 } }] } },
      'status.containerStatuses[0].state.terminated',
    ],
    [{ metadata: { ...metadata, deletionTimestamp: 'x' } }, 'metadata.deletionTimestamp'],
  ])('%j', (value, place) => {
    expect(() => read(value)).toThrow(`${place} of what the server sent is not`)
  })
})

test('anything at all is a pod or a typed error', () => {
  const keys = fc.constantFrom(...new Set(JSON.stringify(whole).match(/(?<=")\w+(?=":)/g)))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.string(), tie('object'), tie('list')),
    object: fc.dictionary(keys, tie('value')),
    list: fc.array(tie('value'), { maxLength: 3 }),
  }))
  // A whole pod with one thing in it replaced: most of what is read is reached.
  const changed = fc
    .tuple(keys, value)
    .map(([key, replacement]) =>
      JSON.parse(JSON.stringify(whole), (name, old) => (name === key ? replacement : old)),
    )
  fc.assert(
    fc.property(fc.oneof(value, changed), (json) => {
      try {
        expect(containersOf(read(json))).toBeInstanceOf(Array)
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectionError)
      }
    }),
    { numRuns: 2000 },
  )
})
