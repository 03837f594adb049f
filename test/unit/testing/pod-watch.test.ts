import { expect, it, vi } from 'vitest'
import { PodStore } from '../../../src/testing/pod-store.ts'
import { podWatch } from '../../../src/testing/pod-watch.ts'

const containers = [{ name: 'app' }]
const pod = (name: string, app: string) => ({ name, labels: { app }, containers })

/** The events so far, as `TYPE name`. */
function watch(store: PodStore, query: string, namespace: string | null = 'default') {
  const events: string[] = []
  const answer = podWatch(store, namespace, new URLSearchParams(query))
  if ('code' in answer) throw new Error(`refused with ${answer.code}`)
  const write = (bytes: Uint8Array) => {
    const { type, object } = JSON.parse(Buffer.from(bytes).toString())
    events.push([type, object.metadata.name ?? object.code].join(' ').trim())
  }
  const stop = answer.start({ write, end: () => events.push('end') })
  return { events, stop }
}

it('begins with what there is, or behind a version', () => {
  const store = new PodStore([pod('a', 'web'), pod('b', 'db')])
  const all = watch(store, '')
  const web = watch(store, 'labelSelector=app=web&resourceVersion=2')
  store.set(pod('c', 'web'))
  expect(all.events).toEqual(['ADDED a', 'ADDED b', 'ADDED c'])
  expect(web.events).toEqual(['ADDED c'])
  expect(watch(store, 'resourceVersion=2').events).toEqual(['ADDED c'])
  expect(watch(store, '', 'other').events).toEqual([])
  expect(watch(store, 'sendInitialEvents=true').events.at(-1)).toBe('BOOKMARK')
  all.stop()
  store.delete('c', 'default')
  expect(all.events).toHaveLength(3)
})

it('what is selected no longer is deleted, and what is from now on added', () => {
  const store = new PodStore([pod('a', 'web')])
  const { events } = watch(store, 'labelSelector=app=web&resourceVersion=1')
  store.set(pod('a', 'web'))
  store.set(pod('a', 'db'))
  store.set(pod('a', 'db'))
  store.set(pod('a', 'web'))
  store.delete('a', 'default')
  expect(events).toEqual(['MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a'])
})

it('what nobody remembers has expired', () => {
  const store = new PodStore([pod('a', 'web'), pod('b', 'web')])
  expect(watch(store, 'resourceVersion=1').events).toEqual(['ERROR 410', 'end'])
})

it('ends in time, with a bookmark', () => {
  vi.useFakeTimers()
  const store = new PodStore([pod('a', 'web')])
  const query = 'resourceVersion=1&timeoutSeconds=5'
  const plain = watch(store, query)
  const marked = watch(store, `${query}&allowWatchBookmarks=true`)
  vi.advanceTimersByTime(4999)
  expect([plain.events, marked.events]).toEqual([[], []])
  vi.advanceTimersByTime(1)
  expect([plain.events, marked.events]).toEqual([['end'], ['BOOKMARK', 'end']])
  vi.useRealTimers()
})

it('refuses selectors that are none', () => {
  expect(() => watch(new PodStore([]), 'labelSelector==')).toThrow('refused with 400')
})
