import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { Fields } from '../../../src/yaml/fields.ts'
import { YamlError } from '../../../src/yaml/yaml-error.ts'

async function fields(text: string): Promise<Fields> {
  return new Fields(await parseYaml(text))
}

describe('absent, null and empty are the same', () => {
  test.each(['{}', 'a:', 'a: ~', 'a: ""'])('%s', async (text) => {
    expect((await fields(text)).string('a')).toBeUndefined()
  })

  test('for every type', async () => {
    const root = await fields('a: null')
    expect(root.boolean('a')).toBe(false)
    expect(root.bytes('a')).toBeUndefined()
    expect(root.strings('a')).toEqual([])
    expect(root.list('a')).toEqual([])
    expect(root.stringMap('a')).toEqual(new Map())
    expect(root.fields('a').string('b')).toBeUndefined()
    expect(root.json('a')).toBeNull()
    expect(root.has('a')).toBe(false)
  })
})

describe('a wrong type is told by its place and kind', () => {
  test.each([
    ['u: [{t: 1}]', 'u[0].t', (root: Fields) => root.list('u')[0]?.string('t')],
    ['a: "true"', 'a', (root: Fields) => root.boolean('a')],
    ['a: b', 'a', (root: Fields) => root.strings('a')],
    ['a: [b, 1]', 'a[1]', (root: Fields) => root.strings('a')],
    ['a: [b]', 'a[0]', (root: Fields) => root.list('a')],
    ['a: {b: c}', 'a.b', (root: Fields) => root.stringLists('a')],
    ['a: {b: 1}', 'a.b', (root: Fields) => root.stringMap('a')],
  ])('%s', async (text, field, read) => {
    const root = await fields(text)
    expect(() => read(root)).toThrow(YamlError)
    expect(() => read(root)).toThrow(expect.objectContaining({ field, line: 1 }))
  })

  test('at the top', async () => {
    await expect(fields('- a')).rejects.toThrow('must be a mapping, and is a list')
  })
})

describe('base64', () => {
  test('with its padding, in several lines', async () => {
    const root = await fields('a: |\n  aGVs\n  bG8=\n')
    expect(Buffer.from(root.bytes('a') ?? '').toString()).toBe('hello')
  })

  test.each(['aGVsbG8', 'aGVs bG8=', '_-8=', 'Q0E=x', '"-----BEGIN X-----"', '===='])(
    '%s is refused',
    async (value) => {
      const root = await fields(`a: ${value}`)
      expect(() => root.bytes('a')).toThrow('is not base64 with padding')
    },
  )
})

test('names from Object.prototype are names', async () => {
  const root = await fields('__proto__: a\nconstructor: b')
  expect([root.string('__proto__'), root.string('constructor'), root.string('toString')]).toEqual([
    'a',
    'b',
    undefined,
  ])
})
