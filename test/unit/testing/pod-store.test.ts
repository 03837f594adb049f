import { describe, expect, it } from 'vitest'
import type { TestContainer, TestPod } from '../../../src/testing/options.ts'
import type { PodEvent } from '../../../src/testing/pod-store.ts'
import { PodStore } from '../../../src/testing/pod-store.ts'

const app: TestContainer = { name: 'app', logs: 'one\n' }
const pod = (rest: Partial<TestPod> = {}): TestPod => ({ name: 'a', containers: [app], ...rest })
const text = (store: PodStore, container = app) =>
  Buffer.concat(
    store
      .log(pod(), container)
      .read()
      .map(({ bytes }) => bytes),
  ).toString()

it('tells what happens, in order', () => {
  const store = new PodStore([pod()])
  const events: PodEvent[] = []
  const stop = store.watch((event) => events.push(event))
  store.set(pod({ ready: false }))
  store.set(pod({ namespace: 'other' }))
  store.delete('a', 'default')
  stop()
  store.delete('a', 'other')
  const names = events.map(({ version, before, after }) =>
    [version, before?.metadata.namespace, after?.metadata.namespace].join(),
  )
  expect(names).toEqual(['2,default,default', '3,,other', '4,default,'])
  expect(store.list(null)).toEqual([])
  expect(() => store.delete('a', 'default')).toThrow('there is no pod default/a')
})

it('remembers a hundred events', () => {
  const store = new PodStore([pod()])
  expect(store.since(0)).toBeNull()
  expect(store.since(1)).toEqual([])
  for (let change = 0; change < 101; change += 1) store.set(pod())
  expect(store.since(1)).toBeNull()
  expect(store.since(2)).toHaveLength(100)
  expect(store.since(store.version)).toEqual([])
})

describe('a log', () => {
  it('is kept while its container runs, and begins again with another run', () => {
    const store = new PodStore([pod()])
    store.log(pod(), app).append(Buffer.from('two\n'))
    store.set(pod({ ready: false }))
    expect(text(store)).toBe('one\ntwo\n')
    const first = store.log(pod(), app)
    store.set(pod({ containers: [{ ...app, restarts: 1, logs: 'again\n' }] }))
    expect(first.ended).toBe(true)
    expect(text(store)).toBe('again\n')
    expect(store.previousLog(pod(), app)).toBe(first)
  })

  it('ends with its container, and goes with its pod', () => {
    const store = new PodStore([pod()])
    const log = store.log(pod(), app)
    store.set(pod({ containers: [{ ...app, state: { terminated: { exitCode: 0 } } }] }))
    expect(log.ended).toBe(true)
    expect(text(store)).toBe('one\n')
    store.delete('a', 'default')
    expect(text(store)).toBe('')
    expect(store.previousLog(pod(), app)).toBeNull()
  })
})
