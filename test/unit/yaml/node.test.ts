import { expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { toJson } from '../../../src/yaml/node.ts'

test('plain values without prototypes', async () => {
  const { root } = await parseYaml('{__proto__: {polluted: yes}, list: [1, ~, x]}')
  const json = toJson(root) as Record<string, unknown>
  expect(Object.keys(json)).toEqual(['__proto__', 'list'])
  expect(Object.getPrototypeOf(json)).toBeNull()
  expect(JSON.stringify(json)).toBe('{"__proto__":{"polluted":true},"list":[1,null,"x"]}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
