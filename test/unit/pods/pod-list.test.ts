import { describe, expect, test } from 'vitest'
import { listPods } from '../../../src/pods/pod-list.ts'
import type { ApiServer } from '../../../src/transport/api-server.ts'
import { plainServer } from './plain-server.ts'

const item = (name: string) => ({ metadata: { name, namespace: 'default' } })
const page = (names: readonly string[], next?: string) =>
  JSON.stringify({ metadata: { resourceVersion: '7', continue: next }, items: names.map(item) })
const query = { namespace: 'default', labelSelector: 'app in (a, b)' }

test('pages are put together', async () => {
  await using server = await plainServer((request, response) => {
    response.end(request.url?.includes('continue=') ? page(['b']) : page(['a'], 'x&y'))
  })
  const { pods, resourceVersion } = await listPods(server.api, query)
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(resourceVersion).toBe('7')
  const path = '/api/v1/namespaces/default/pods?labelSelector=app+in+%28a%2C+b%29&limit=500'
  expect(server.paths).toEqual([path, `${path}&continue=x%26y`])
})

describe('a list that expires in the middle', () => {
  test('is read again, and no pod is there twice', async () => {
    let expired = false
    await using server = await plainServer((request, response) => {
      const isFirst = !request.url?.includes('continue=')
      if (!isFirst && !expired) {
        expired = true
        response.writeHead(410).end('{"kind":"Status","reason":"Expired","code":410}')
      } else response.end(isFirst ? page(['a'], 'next') : page(['b']))
    })
    const { pods } = await listPods(server.api, query)
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(server.paths).toHaveLength(4)
  })

  test('again and again is an error', async () => {
    await using server = await plainServer((request, response) => {
      if (request.url?.includes('continue=')) response.writeHead(410).end('too old')
      else response.end(page(['a'], 'next'))
    })
    await expect(listPods(server.api, query)).rejects.toMatchObject({ httpStatus: 410 })
    expect(server.paths).toHaveLength(8)
  })

  test('on the first page is an error at once', async () => {
    await using server = await plainServer((_, response) => response.writeHead(410).end('too old'))
    await expect(listPods(server.api, query)).rejects.toMatchObject({ httpStatus: 410 })
    expect(server.paths).toHaveLength(1)
  })
})

test.each(['{}', 'null', '{"kind":"Status","status":"Failure"}'])('%s is no list', async (body) => {
  await using server = await plainServer((_, response) => response.end(body))
  await expect(listPods(server.api, query)).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: 'items of what the server sent is not there',
  })
})

test('an empty list of a Go program', async () => {
  await using server = await plainServer((_, response) => {
    response.end('{"kind":"PodList","items":null}')
  })
  expect((await listPods(server.api, query)).pods).toEqual([])
})

test('a list without an end is an error', async () => {
  const endless = { endpoint: { prefix: '' }, getJson: async () => JSON.parse(page([], 'more')) }
  await expect(listPods(endless as unknown as ApiServer, query)).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: "the server's list of pods has more than 2000 pages",
  })
})

describe('garbage', () => {
  test.each(['', '[]', '{"items":1}', '{"items":[{}]}', '{"metadata":[]}', 'null!', '{"items":['])(
    '%j',
    async (body) => {
      await using server = await plainServer((_, response) => response.end(body))
      await expect(listPods(server.api, query)).rejects.toMatchObject({
        name: 'ConnectionError',
        code: 'ERR_CONNECTION_FAILED',
      })
    },
  )
})
