import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configText } from '../../../src/cli/config-command.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

let folder: string
let kubeconfig: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwire-config-'))
  kubeconfig = join(folder, 'config')
  const contexts = [
    { name: 'long-name', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
    { name: 'b\u001b[31m', context: { cluster: 'other', user: '' } },
  ]
  await writeFile(kubeconfig, JSON.stringify({ 'current-context': 'long-name', contexts }))
})
afterAll(() => rm(folder, { recursive: true }))

it('lists contexts in columns, and lets no name speak to the terminal', async () => {
  expect(await configText(['contexts'], { kubeconfig })).toBe(
    [
      'CURRENT   NAME        CLUSTER   AUTHINFO   NAMESPACE',
      '*         long-name   c         u          shop',
      '          b [31m      other',
      '',
    ].join('\n'),
  )
})

it('marks the context that was asked for', async () => {
  expect(await configText(['get-contexts'], { kubeconfig, context: 'none' })).not.toContain('*')
})

it.each([[[]], [['edit']], [['view', 'x']]])('%j is refused', async (operands) => {
  await expect(configText(operands, {})).rejects.toThrow(UsageError)
})

it('names the current context', async () => {
  expect(await configText(['current-context'], { kubeconfig })).toBe('long-name\n')
})
