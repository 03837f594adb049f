import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { toJson } from '../../../src/yaml/node.ts'
import { YamlError } from '../../../src/yaml/yaml-error.ts'

test.each([
  ['nothing', '', null],
  ['a comment', '# a\n', null],
  ['an empty document in front', '---\n---\na: b\n', null],
  ['the first document alone', 'a: b\n---\n"broken\n', { a: 'b' }],
  ['the first before a stray bracket', 'a: b\n---\n]\n', { a: 'b' }],
  ['the first before a stray bracket on the same line', '---\na: b\n--- ]\n', { a: 'b' }],
  ['the first behind a comment', '# c\n\n--- # d\na: b\n---\n]\n', { a: 'b' }],
  ['dashes that are no marker', 'a: |\n ---\n ...\nb: ---x\n', { a: '---\n...\n', b: '---x' }],
  ['a marker inside a block', 'a: |\n b\n---\n]', { a: 'b\n' }],
  ['next line as a line break', 'a: "b\u0085  c"\u0085d: e', { a: 'b c', d: 'e' }],
  ['carriage returns alone', 'a:\r  b: c\r', { a: { b: 'c' } }],
  ['what follows the end of the document', 'a: b\n...\n[', { a: 'b' }],
  ['a directive', '%YAML 1.1\n---\na: b\n', { a: 'b' }],
  ['a directive that go-yaml refuses', '%YAML 1.2\n---\na: b\n', { a: 'b' }],
  ['JSON with tabs', '{\n\t"a": ["b", 1]\n}', { a: ['b', 1] }],
  ['the last of duplicate keys', 'a: b\na: c\n', { a: 'c' }],
  ['a character in two escapes, as JSON writes it', 'a: "\\ud83d\\ude00"', { a: '\u{1f600}' }],
  ['a question mark before a word in brackets', 'a: [?b]', { a: ['?b'] }],
  ['a tag before a comma', 'a: [!!str, b]', { a: ['', 'b'] }],
  ['a folded block', 'a: >\n  b\n  c\n', { a: 'b c\n' }],
])('%s', async (_name, text, json) => {
  expect(toJson((await parseYaml(text)).root)).toEqual(json)
})

test.each([
  ['an open quote', 'a: "s3cret\n', 2],
  ['an open bracket', 'a: b\nc: [s3cret\n', 3],
  ['a tab as indentation', 'a:\n\tb: s3cret\n', 2],
  ['wrong indentation', 'a:\n  b: c\n d: s3cret\n', 3],
  ['an end without a beginning', '...\na: s3cret', 1],
  ['an end behind a comment', '# c\n...\na: s3cret', 2],
  ['a line in quotes that is not indented', 'a:\n  b: "s3cret\nc"\n', 2],
  ['a marker inside quotes', 'a: "s3cret\n---\nb"\n', 2],
  ['half a character', 'a: b\nc: "s3cret\\ud83d"', 2],
  ['a stray bracket', 'a: b\n]s3cret\n', 2],
])('%s is told by its line, and not shown', async (_name, text, line) => {
  const error = await parseYaml(text).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(YamlError)
  expect(error).toMatchObject({ line })
  expect(String((error as Error).stack)).not.toContain('s3cret')
})

test.each(['[', '{a: ', '- ', '? ', 'a: '])('100,000 times %j is refused at once', async (text) => {
  await expect(parseYaml(text.repeat(100_000))).rejects.toThrow('nested too deeply')
})

test('a million directives are refused at once', async () => {
  const failure = parseYaml('%a\n'.repeat(1_000_000))
  await expect(failure).rejects.toThrow('more directives than anybody needs')
})

test('200 levels are enough for anything real', async () => {
  const { root } = await parseYaml(`${'['.repeat(190)}${']'.repeat(190)}`)
  expect(root.kind).toBe('list')
})

test('positions are 1-based', async () => {
  const { root, positionOf } = await parseYaml('a: b\r\nüü: c\r\n')
  const node = root.kind === 'mapping' ? root.entries.get('üü') : undefined
  expect(node && positionOf(node)).toEqual({ line: 2, column: 5 })
})

describe('when it must be the only one', () => {
  test.each(['{"a":1}\n\n', '# c\n---\na: 1\n# d\n', 'a: 1\n...\n', '%YAML 1.1\n---\na: 1'])(
    '%j is',
    async (text) => {
      expect(toJson((await parseYaml(text, { only: true })).root)).toEqual({ a: 1 })
    },
  )

  test.each([
    '{"a":1} x',
    '{"a":1}\nx',
    '{"a":1}{"b":2}',
    '{"a":1}\n---\nb: 1',
    'a: 1\n---\n',
    'a: 1\n...\nb: 2',
    'a: 1\n}',
    '---\n---\na: 1',
  ])('%j is not', async (text) => {
    await expect(parseYaml(text, { only: true })).rejects.toThrow(YamlError)
  })
})
