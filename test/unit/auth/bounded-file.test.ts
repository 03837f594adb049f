import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readBounded, reasonOf } from '../../../src/auth/bounded-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  await writeFile(join(folder, 'ten'), '0123456789')
})

afterEach(() => rm(folder, { recursive: true }))

test('a file of the very size', async () => {
  expect((await readBounded(join(folder, 'ten'), 10)).toString()).toBe('0123456789')
})

test.each([
  ['ten', 'is larger than 9 bytes'],
  ['none', 'does not exist'],
  ['.', 'is a directory'],
  ['ten/below', 'has a file where a directory should be'],
])('%s %s', async (name, reason) => {
  const error = await readBounded(join(folder, name), 9).catch((e: unknown) => e)
  expect(reasonOf(error)).toBe(reason)
})

test('a device without end', async () => {
  await expect(readBounded('/dev/zero', 100_000)).rejects.toThrow(RangeError)
})
