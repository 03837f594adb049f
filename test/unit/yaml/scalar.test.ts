import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseYaml } from '../../../src/yaml/document.ts'
import { resolvePlain } from '../../../src/yaml/scalar.ts'

const fixture = new URL('../../../fixtures/kubeconfig/scalars.json', import.meta.url)
const { scalars } = JSON.parse(await readFile(fixture, 'utf8')) as { scalars: [string, string][] }

test.each(scalars)('%s is %s to client-go', async (source, kind) => {
  const parsed = parseYaml(`token: ${source}\n`)
  if (kind === 'error') return expect(parsed).rejects.toThrow()
  const { root } = await parsed
  expect(root.kind === 'mapping' && root.entries.get('token')?.kind).toBe(kind)
})

test.each([
  ['0123', 83],
  ['-0x1F', -31],
  ['0b1_1', 3],
  ['0o17', 15],
  ['1_000.5', 1000.5],
  ['.5', 0.5],
])('%s has the value %d', (source, value) => {
  expect(resolvePlain(source)).toBe(value)
})
