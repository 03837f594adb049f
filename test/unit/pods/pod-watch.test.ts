import { describe, expect, test } from 'vitest'
import type { PodEvent } from '../../../src/pods/pod-watch.ts'
import { watchPods } from '../../../src/pods/pod-watch.ts'
import { plainServer } from './plain-server.ts'

const query = { namespace: null, fieldSelector: 'metadata.name=a' }
const { signal } = new AbortController()
const metadata = { name: 'a', namespace: 'default', resourceVersion: '8' }
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`

/** The events of a body, and how it ended. */
async function watch(body: string): Promise<{ events: PodEvent[]; error: unknown }> {
  await using server = await plainServer((_, response) => response.end(body))
  const events: PodEvent[] = []
  try {
    for await (const one of watchPods(server.api, query, '7', signal)) events.push(one)
    return { events, error: null }
  } catch (error) {
    return { events, error }
  }
}

test('says where it begins, and asks for bookmarks and an end', async () => {
  await using server = await plainServer((_, response) => response.end())
  await watchPods(server.api, query, '7', signal).next()
  expect(server.paths).toEqual([
    '/api/v1/pods?fieldSelector=metadata.name%3Da&watch=true&allowWatchBookmarks=true&timeoutSeconds=30&resourceVersion=7',
  ])
})

test('tells what happens', async () => {
  const { events, error } = await watch(
    [
      event('ADDED', { metadata }),
      event('MODIFIED', { metadata }),
      event('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '9' } }),
      event('DELETED', { metadata }),
    ].join(''),
  )
  expect(error).toBeNull()
  expect(events.map(({ type, resourceVersion }) => `${type} ${resourceVersion}`)).toEqual([
    'bookmark 7',
    'changed 8',
    'changed 8',
    'bookmark 9',
    'deleted 8',
  ])
})

test.each([410, 500])('an error in the middle keeps its code: %i', async (code) => {
  const status = { kind: 'Status', message: 'too old\u001b[31m resource version', code }
  const { error } = await watch(event('ERROR', status))
  expect(error).toMatchObject({
    name: 'UpgradeError',
    httpStatus: code,
    message: 'the watch failed: too old [31m resource version',
  })
})

describe('garbage is a typed error', () => {
  test.each([
    'x\n',
    '[]\n',
    '{}\n',
    '{"type":"ADDED"}\n',
    '{"type":"ADDED","object":{"metadata":{"name":7}}}\n',
    '{"type":"OTHER","object":{}}\n',
    event('ADDED', { metadata: { ...metadata, name: '../b' } }),
  ])('%j', async (body) => {
    expect((await watch(body)).error).toMatchObject({
      name: 'ConnectionError',
      code: 'ERR_CONNECTION_FAILED',
    })
  })
})

test('an event without an end is a typed error', async () => {
  const { error } = await watch('x'.repeat(17 * 1024 * 1024))
  expect(error).toMatchObject({ code: 'ERR_CONNECTION_FAILED' })
})

test('a connection that is cut is lost, behind what came', async () => {
  await using server = await plainServer((_, response) => {
    response.write(event('ADDED', { metadata }), () => response.destroy())
  })
  const events = watchPods(server.api, query, '7', signal)
  expect((await events.next()).value).toMatchObject({ type: 'bookmark' })
  expect((await events.next()).value).toMatchObject({ type: 'changed' })
  await expect(events.next()).rejects.toMatchObject({ code: 'ERR_CONNECTION_LOST' })
})

test('an abort ends it with its reason', async () => {
  await using server = await plainServer((_, response) => response.flushHeaders())
  const controller = new AbortController()
  const events = watchPods(server.api, query, '7', controller.signal)
  await events.next()
  const next = events.next()
  controller.abort('enough')
  await expect(next).rejects.toBe('enough')
})
