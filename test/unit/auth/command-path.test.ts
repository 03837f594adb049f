import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCommand } from '../../../src/auth/command-path.ts'
import { scratch } from './plugins.ts'

async function folder() {
  const made = await scratch()
  for (const name of ['a', 'b']) {
    await mkdir(made.file(name))
    await writeFile(made.file(`${name}/plug`), '#!/bin/sh\n', { mode: 0o755 })
  }
  await writeFile(made.file('a/data'), '', { mode: 0o644 })
  await mkdir(made.file('a/folder'))
  await symlink('plug', made.file('a/link'))
  return made
}

describe('a bare name', () => {
  test('is the first one in PATH', async () => {
    await using made = await folder()
    const PATH = [made.file('no'), made.file('b'), made.file('a')].join(delimiter)
    expect(await findCommand('plug', { PATH })).toEqual({ path: made.file('b/plug') })
    expect(await findCommand('link', { PATH })).toEqual({ path: made.file('a/link') })
  })

  test.each(['data', 'folder', 'no-such', '..', '.'])('%s is no program', async (name) => {
    await using made = await folder()
    const found = await findCommand(name, { PATH: made.file('a') })
    expect(found).toEqual({ problem: 'was not found in any absolute folder of PATH' })
  })

  // client-go refuses them too.
  test('is not looked for in relative folders, nor in the working directory', async () => {
    await using made = await folder()
    const near = relative(process.cwd(), made.file('a'))
    for (const PATH of [near, '.', '', `${delimiter}.${delimiter}`, undefined]) {
      expect((await findCommand('plug', { PATH })).path).toBeUndefined()
      expect((await findCommand('package.json', { PATH })).path).toBeUndefined()
    }
  })
})

describe('a path', () => {
  test('is taken as it is', async () => {
    await using made = await folder()
    const path = made.file('a/plug')
    expect(await findCommand(path, {})).toEqual({ path })
    expect(await findCommand(join(path, '..', '..', 'b', 'plug'), {})).toEqual({
      path: made.file('b/plug'),
    })
  })

  test.each([
    ['a/no', 'does not exist'],
    ['a/folder', 'is not a file'],
    ['a/data', 'is not executable by this user'],
  ])('%s', async (name, problem) => {
    await using made = await folder()
    await chmod(made.file('a/data'), 0o600)
    expect(await findCommand(made.file(name), {})).toEqual({ problem })
  })
})
