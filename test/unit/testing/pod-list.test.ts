import { expect, it } from 'vitest'
import { answerPodList } from '../../../src/testing/pod-list.ts'
import { podResource } from '../../../src/testing/pod-resource.ts'

const pods = ['a', 'b', 'c'].map((name) =>
  podResource({ name, labels: { name }, containers: [{ name: 'app' }] }),
)

function list(query: string, accept = '') {
  const { code, body } = answerPodList(pods, new URLSearchParams(query), accept)
  return { code, ...JSON.parse(Buffer.from(body).toString()) }
}

it('pages', () => {
  const first = list('limit=2')
  expect(first.items.map((pod: { metadata: { name: string } }) => pod.metadata.name)).toEqual([
    'a',
    'b',
  ])
  expect(first.metadata.remainingItemCount).toBe(1)
  const second = list(`limit=2&continue=${first.metadata.continue}`)
  expect(second.items).toHaveLength(1)
  expect(second.metadata).toEqual({ resourceVersion: '1' })
})

it('selects before it pages', () => {
  const { items, metadata } = list('limit=1&labelSelector=name%20in%20(b,c)')
  expect(items[0].metadata.name).toBe('b')
  expect(metadata.remainingItemCount).toBe(1)
})

it.each([
  ['continue=x', 410, 'Expired'],
  ['limit=-1', 400, 'BadRequest'],
  ['labelSelector=a%20b', 400, 'BadRequest'],
  ['fieldSelector=x=1', 400, 'BadRequest'],
])('%s is %i %s', (query, code, reason) => {
  expect(list(query)).toMatchObject({ kind: 'Status', code, reason })
})

it('is a table for kubectl', () => {
  const { kind, rows } = list('', 'application/json;as=Table;v=v1;g=meta.k8s.io')
  expect(kind).toBe('Table')
  expect(rows[0].cells.slice(0, 4)).toEqual(['a', '1/1', 'Running', '0'])
})
