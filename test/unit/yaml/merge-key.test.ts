import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { toJson } from '../../../src/yaml/node.ts'

const ANCHORS = 'b: &b {token: b, x: 1}\nc: &c {token: c, w: 2}\n'

async function read(mapping: string): Promise<unknown> {
  const json = toJson((await parseYaml(ANCHORS + mapping)).root)
  return (json as Record<string, unknown>)['a']
}

describe('as client-go merges', () => {
  test.each([
    ['a key behind << wins', 'a: {<<: *b, token: own}', { token: 'own', x: 1 }],
    ['the first of a list wins', 'a: {<<: [*b, *c]}', { token: 'b', x: 1, w: 2 }],
    ['a mapping of its own', 'a: {<<: {z: 3}}', { z: 3 }],
    ['a key in front that is not merged', 'a: {z: 3, <<: *b}', { z: 3, token: 'b', x: 1 }],
    ['quoted, it is an ordinary key', 'a: {"<<": 1}', { '<<': 1 }],
    ['__proto__ is a key', 'a: {<<: {__proto__: {p: 1}}}', JSON.parse('{"__proto__":{"p":1}}')],
  ])('%s', async (_name, text, json) => {
    expect(await read(text)).toEqual(json)
  })
})

describe('refused, since clients differ', () => {
  test.each([
    ['a key in front that is merged', 'a: {token: own, <<: *b}'],
    ['two << with the same key', 'a: {<<: *b, <<: *c}'],
  ])('%s', async (_name, text) => {
    await expect(read(text)).rejects.toMatchObject({
      message: expect.stringContaining('<< behind a key'),
      line: 3,
    })
  })
})

describe('refused by client-go too', () => {
  test.each(['a: {<<: }', 'a: {<<: x}', 'a: {<<: [x]}'])('%s', async (text) => {
    await expect(read(text)).rejects.toThrow('neither a mapping nor a list of mappings')
  })
})
