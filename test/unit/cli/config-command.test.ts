import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configCommand } from '../../../src/cli/config-command.ts'

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
  expect(await configCommand({ verb: 'contexts', load: { kubeconfig } })).toBe(
    [
      'CURRENT  NAME       CLUSTER  USER  NAMESPACE',
      '*        long-name  c        u     shop',
      '         b [31m     other',
      '',
    ].join('\n'),
  )
})

it('marks the context that was asked for', async () => {
  const load = { kubeconfig, context: 'none' }
  expect(await configCommand({ verb: 'contexts', load })).not.toContain('*')
})
