import { expect, it } from 'vitest'
import { podsAsJson, podsAsNames, podsAsTable } from '../../../src/cli/pod-listing.ts'

const plain = { wide: false, namespaces: false, headers: true, several: false }
const columnDefinitions = [
  { name: 'Name', priority: 0 },
  { name: 'Ready', priority: 0 },
  { name: 'Node', priority: 1 },
]
const row = (name: string, namespace: string) => ({
  cells: [name, 1, 'n\u001b[31m'],
  object: { metadata: { name, namespace } },
})
const answers = [
  { kind: 'Table', columnDefinitions, rows: [row('a', 'x')] },
  { kind: 'Table', columnDefinitions, rows: [row('b', 'y')] },
]

it.each([
  [plain, ['NAME   READY', 'a      1', 'b      1']],
  [
    { ...plain, wide: true },
    ['NAME   READY   NODE', 'a      1       n [31m', 'b      1       n [31m'],
  ],
  [
    { ...plain, namespaces: true },
    ['NAMESPACE   NAME   READY', 'x           a      1', 'y           b      1'],
  ],
  [{ ...plain, headers: false }, ['a     1', 'b     1']],
])('a table: %j', (options, lines) => {
  expect(podsAsTable(answers, options)).toBe(`${lines.join('\n')}\n`)
})

it('no rows are no table', () => {
  expect(podsAsTable([{ kind: 'Table', columnDefinitions, rows: [] }], plain)).toBe('')
})

const pod = (name: string) => ({ metadata: { name, managedFields: [1] }, kind: 'Pod' })

it('of a server without tables, names', () => {
  const list = { kind: 'PodList', items: [pod('a'), pod('b')] }
  expect(podsAsTable([list], plain)).toBe('NAME\na\nb\n')
  expect(podsAsTable([pod('a')], plain)).toBe('NAME\na\n')
  expect(podsAsTable([{ kind: 'PodList', items: [] }], plain)).toBe('')
})

it('names', () => {
  expect(podsAsNames([{ items: [pod('a'), pod('b')] }])).toBe('pod/a\npod/b\n')
  expect(podsAsNames([pod('a'), pod('b')])).toBe('pod/a\npod/b\n')
})

it('JSON with sorted keys, one pod as it is and several as a list', () => {
  const one = { kind: 'Pod', metadata: { name: 'a' } }
  expect(podsAsJson([pod('a')], plain)).toBe(`${JSON.stringify(one, null, 4)}\n`)
  const list = { apiVersion: 'v1', items: [one], kind: 'List', metadata: { resourceVersion: '' } }
  const text = `${JSON.stringify(list, null, 4)}\n`
  expect(podsAsJson([{ items: [pod('a')] }], plain)).toBe(text)
  expect(podsAsJson([pod('a')], { ...plain, several: true })).toBe(text)
  expect(podsAsJson([], plain)).toBe('')
})

it('JSON has no control characters', () => {
  expect(podsAsJson([{ kind: 'a\u001b\u009bb' }], plain)).toContain('"a\\u001b\\u009bb"')
})
