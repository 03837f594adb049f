import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { readJson, vectorFiles } from './vectors.ts'

const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(
  readJson('vectors.schema.json') as object,
)

it.each(vectorFiles.map(({ name }) => name))('%s is as the schema says', (name) => {
  validate(readJson(name))
  expect(validate.errors ?? []).toEqual([])
})

it.each([
  ['an unknown kind', { kind: 'x' }],
  ['another version', { version: 2 }],
  ['no vectors', { vectors: [] }],
  ['bytes that are none', { vectors: [{ ...example(), expected: { channel: 1, payload: '0' } }] }],
  ['an answer of another kind', { vectors: [{ ...example(), expected: { exit: 0 } }] }],
  ['a member more', { vectors: [{ ...example(), comment: '' }] }],
])('%s is not', (_title, change) => {
  const file = {
    $schema: './vectors.schema.json',
    version: 1,
    kind: 'decode',
    vectors: [example()],
  }
  expect(validate(file)).toBe(true)
  expect(validate({ ...file, ...change })).toBe(false)
})

function example() {
  return {
    ...{ id: 'decode/x', title: 'x', sentences: [] },
    input: { subprotocol: 'v4.channel.k8s.io', message: { binary: '01' } },
    expected: { channel: 1, payload: '' },
  }
}

it('no two vectors have the same name', () => {
  const ids = vectorFiles.flatMap(({ vectors }) => vectors.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

it('each file holds its own kind, in a file of that name', () => {
  for (const { name, kind, vectors } of vectorFiles) {
    expect(name).toBe(`${kind}.json`)
    expect(vectors.filter(({ id }) => !id.startsWith(`${kind}/`))).toEqual([])
  }
})

it('the recorded ones are up to date', () => {
  const script = resolve(import.meta.dirname, '../../scripts/vectors.mjs')
  execFileSync(process.execPath, [script, '--check'], { stdio: ['ignore', 'ignore', 'pipe'] })
})
