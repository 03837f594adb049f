import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tokenFileReader } from '../../../src/auth/token-file.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  path = join(folder, 'token')
})

afterEach(() => rm(folder, { recursive: true }))

test('read anew each time, and trimmed', async () => {
  const read = tokenFileReader(path)
  await writeFile(path, ' one\r\n')
  expect(await read()).toBe('one')
  await writeFile(path, 'two\n')
  expect(await read()).toBe('two')
})

test('the last good token outlives a blank file and a missing one', async () => {
  const read = tokenFileReader(path)
  await writeFile(path, 'good')
  await read()
  await writeFile(path, ' \n')
  expect(await read()).toBe('good')
  await rm(path)
  expect(await read()).toBe('good')
})

test('the fallback counts until the file was readable once', async () => {
  const read = tokenFileReader(path, 'fallback')
  expect(await read()).toBe('fallback')
  await writeFile(path, 'file')
  expect(await read()).toBe('file')
  await rm(path)
  expect(await read()).toBe('file')
})

test.each([
  ['missing', undefined, 'does not exist'],
  ['blank', '\n', 'is empty'],
])('%s from the start', async (_name, content, problem) => {
  if (content !== undefined) await writeFile(path, content)
  await expect(tokenFileReader(path)()).rejects.toMatchObject({
    code: 'ERR_CREDENTIALS_UNAVAILABLE',
    message: `the token file ${path} ${problem}`,
  })
})

test('a file that is no token is not shown', async () => {
  await writeFile(path, 'root:s3cret\nother')
  const failure = tokenFileReader(path)()
  await expect(failure).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_INVALID' })
  await expect(failure).rejects.not.toThrow(/s3cret/)
})
