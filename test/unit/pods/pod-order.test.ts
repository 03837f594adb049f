import { describe, expect, test } from 'vitest'
import { JsonFields } from '../../../src/pods/json-fields.ts'
import { inOrder } from '../../../src/pods/pod-order.ts'
import { readPod } from '../../../src/pods/pod-resource.ts'

interface Traits {
  readonly node?: string
  readonly phase?: string
  /** Minute since when it is ready; `null`: it is not, `''`: nobody knows. */
  readonly ready?: number | null | ''
  /** Minute at which it goes away. */
  readonly deleted?: number
  readonly restarts?: readonly number[]
  readonly sidecar?: number
  readonly init?: number
  /** Minute at which it was made; `null`: nobody knows. */
  readonly created?: number | null
}

const minute = (value: number) => `2026-11-20T10:${String(value).padStart(2, '0')}:00Z`

function pod(name: string, traits: Traits) {
  const { node = 'node', phase = 'Running', ready = 0, deleted, restarts = [0] } = traits
  const { sidecar, init, created = 0 } = traits
  const since = typeof ready === 'number' ? { lastTransitionTime: minute(ready) } : {}
  const others = [
    ...(sidecar === undefined ? [] : [{ name: 's', restarts: sidecar, restartPolicy: 'Always' }]),
    ...(init === undefined ? [] : [{ name: 'i', restarts: init }]),
  ]
  const json = {
    metadata: {
      name,
      namespace: 'default',
      ...(created !== null && { creationTimestamp: minute(created) }),
      ...(deleted !== undefined && { deletionTimestamp: minute(deleted) }),
    },
    spec: { nodeName: node, initContainers: others },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready === null ? 'False' : 'True', ...since }],
      containerStatuses: restarts.map((restartCount, i) => ({ name: `c${i}`, restartCount })),
      initContainerStatuses: others.map((one) => ({ ...one, restartCount: one.restarts })),
    },
  }
  return readPod(new JsonFields(json))
}

/** Each pod is better than the next. */
function holds(purpose: 'exec' | 'logs', best: Traits, other: Traits) {
  const [a, b] = [pod('a', best), pod('b', other)]
  expect(inOrder([a, b], purpose).map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(inOrder([b, a], purpose).map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
}

const both: [string, Traits, Traits][] = [
  ['scheduled', { phase: 'Pending' }, { node: '', phase: 'Running' }],
  ['running', { ready: null }, { phase: 'Unknown' }],
  ['unknown before pending', { phase: 'Unknown' }, { phase: 'Pending' }],
  ['ready', { restarts: [9], created: 9 }, { ready: null, restarts: [9] }],
  ['ready for longer', { ready: 1, created: 9 }, { ready: 2, created: 1 }],
  ['ready since some time before since nobody knows when', { ready: 9 }, { ready: '' }],
  ['oldest', { created: 1 }, { created: 2 }],
  ['made some time before made nobody knows when', { created: 2 }, { created: null }],
]

describe('exec', () => {
  test.each<[string, Traits, Traits]>([
    ...both,
    ['running before ended', { ready: null }, { phase: 'Succeeded' }],
    ['unknown before ended', { phase: 'Unknown' }, { phase: 'Failed' }],
    ['not being deleted', { ready: 9 }, { ready: 1, deleted: 30 }],
    ['deleted later', { deleted: 30, ready: 9 }, { deleted: 20, ready: 1 }],
    ['fewest restarts', { restarts: [1, 1], created: 9 }, { restarts: [0, 2] }],
    ['fewest restarts of sidecars', { sidecar: 1, created: 9 }, { sidecar: 2 }],
    ['restarts before those of sidecars', { restarts: [0], sidecar: 9 }, { restarts: [1] }],
    ['init containers do not count', { init: 5, created: 1 }, { init: 0, created: 2 }],
  ])('%s', (_, best, other) => holds('exec', best, other))

  test('pending and ended are alike: the ready one, the older one', () => {
    holds('exec', { phase: 'Pending', ready: null }, { phase: 'Failed', ready: null, created: 1 })
    holds('exec', { phase: 'Failed', ready: null }, { phase: 'Pending', ready: null, created: 1 })
  })
})

describe('logs', () => {
  test.each<[string, Traits, Traits]>([
    ...both,
    ['being deleted does not count', { ready: 1, deleted: 30 }, { ready: 9 }],
    ['most restarts', { restarts: [0, 2], created: 9 }, { restarts: [1, 1] }],
    ['most restarts of sidecars', { sidecar: 2, created: 9 }, { sidecar: 1 }],
    ['ended before unknown', { phase: 'Failed', ready: null }, { phase: 'Unknown' }],
  ])('%s', (_, best, other) => holds('logs', best, other))

  test('running and ended are alike: the ready one, the older one', () => {
    holds('logs', { phase: 'Succeeded', ready: null }, { ready: null, created: 1 })
    holds('logs', { ready: null }, { phase: 'Failed', ready: null, created: 1 })
  })
})

test('pods that are alike stay in the order of the server', () => {
  const pods = ['c', 'a', 'b'].map((name) => pod(name, {}))
  for (const purpose of ['exec', 'logs'] as const) {
    expect(inOrder(pods, purpose)).toEqual(pods)
  }
})
