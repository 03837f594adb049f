import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readKubeconfigs } from '../../../src/kubeconfig/read.ts'
import type { Surroundings } from '../../../src/kubeconfig/surroundings.ts'
import { folderWith } from './folder.ts'

async function paths(surroundings: Surroundings, explicit?: string): Promise<readonly string[]> {
  return (await readKubeconfigs(explicit, surroundings)).map(({ path }) => path)
}

const FILES = { 'home/.kube/config': 'home', a: 'a', b: 'b' }

describe('which files', () => {
  test('the one given, and no other', async () => {
    await using folder = await folderWith(FILES, { HOME: '@/home', KUBECONFIG: '@/b' })
    expect(await paths(folder.surroundings, 'a')).toEqual(['a'])
  })

  test('those that KUBECONFIG lists and that exist, each once', async () => {
    await using folder = await folderWith(FILES, { HOME: '@/home', KUBECONFIG: ':@/b:@/no:a:@/b:' })
    expect(await paths(folder.surroundings)).toEqual([join(folder.path, 'b'), 'a'])
  })

  test('the one at home, also when KUBECONFIG is empty', async () => {
    await using folder = await folderWith(FILES, { HOME: '@/home', KUBECONFIG: '' })
    expect(await paths(folder.surroundings)).toEqual([join(folder.path, 'home/.kube/config')])
  })

  test.each([':', '~/.kube/config', '$HOME/.kube/config', ' @/a'])(
    'not the one at home when KUBECONFIG is %j',
    async (list) => {
      await using folder = await folderWith(FILES, { HOME: '@/home', KUBECONFIG: list })
      expect(await paths(folder.surroundings)).toEqual([])
    },
  )

  test.each([{}, { HOME: '' }])('none without a home, wherever it runs', async (env) => {
    await using folder = await folderWith({ '.kube/config': 'here' }, env)
    expect(await paths(folder.surroundings)).toEqual([])
  })

  test('on Windows the first home that has one', async () => {
    await using folder = await folderWith(FILES, { HOME: '@/none', USERPROFILE: '@/home' })
    const surroundings: Surroundings = { ...folder.surroundings, platform: 'win32' }
    expect(await paths(surroundings)).toEqual([join(folder.path, 'home/.kube/config')])
  })
})

describe('errors', () => {
  test('the one given is missing', async () => {
    await using folder = await folderWith({})
    await expect(paths(folder.surroundings, 'no')).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_NOT_FOUND',
      file: 'no',
    })
  })

  test.each(['home', 'a/below'])('%s cannot be read, though others can', async (name) => {
    await using folder = await folderWith(FILES, { KUBECONFIG: `@/${name}:@/b` })
    await expect(paths(folder.surroundings)).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_UNREADABLE',
      file: join(folder.path, name),
    })
  })

  test('a file without end', async () => {
    await using folder = await folderWith({})
    await expect(paths(folder.surroundings, '/dev/zero')).rejects.toMatchObject({
      code: 'ERR_KUBECONFIG_UNREADABLE',
      message: 'the kubeconfig /dev/zero is larger than 16777216 bytes',
    })
  })
})
