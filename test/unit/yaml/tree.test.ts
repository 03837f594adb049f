import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { toJson } from '../../../src/yaml/node.ts'

async function read(text: string): Promise<unknown> {
  return toJson((await parseYaml(text)).root)
}

describe('keys', () => {
  test.each([
    ['a boolean', 'y: 1\nno: 2', { true: 1, false: 2 }],
    ['an integer', '0x1F: a', { 31: 'a' }],
    ['quoted', '"y": 1', { y: 1 }],
    ['an alias', 'a: &k b\n*k : c', { a: 'b', b: 'c' }],
  ])('%s', async (_name, text, json) => {
    expect(await read(text)).toEqual(json)
  })

  test.each(['{a: 1}: b', '? [a]\n: b', '~: a', 'null: a', ': a', '1.5: a', '.nan: a'])(
    '%j is refused',
    async (text) => {
      await expect(read(text)).rejects.toThrow(/key|finite/)
    },
  )
})

describe('aliases', () => {
  test('of anything, and of an anchor set twice', async () => {
    expect(await read('a: &x [1]\nb: *x\nc: &x 2\nd: *x')).toEqual({ a: [1], b: [1], c: 2, d: 2 })
  })

  test('of an anchor that is not set', async () => {
    await expect(read('a: *s3cret')).rejects.toThrow(/^has an alias for an anchor that is not set$/)
  })

  test('of the value that holds them', async () => {
    await expect(read('a: &x [*x]')).rejects.toThrow('contains the alias')
  })

  test('a billion of them', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const items = Array(9).fill(i === 0 ? 'x' : `*a${i - 1}`)
      return `a${i}: &a${i} [${items.join(',')}]`
    })
    await expect(read(levels.join('\n'))).rejects.toThrow('aliases beyond reason')
  })
})

describe('tags', () => {
  test('those of YAML itself are taken at their word', async () => {
    expect(await read('a: !!str 12\nb: !!map {c: !!seq [! 1]}')).toEqual({
      a: '12',
      b: { c: ['1'] },
    })
  })

  test.each(['!!binary aGk=', '!!python/object x', '!local x', '!!int "1"'])(
    '%s is refused',
    async (value) => {
      await expect(read(`a: ${value}`)).rejects.toThrow('has a tag other than')
    },
  )
})
