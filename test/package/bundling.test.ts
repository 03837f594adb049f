import { resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import { entryPoint } from './built.ts'
import { root } from './tree.ts'

// Node itself loads `ws` by another way, which a bundler could not follow.
it('a bundler finds ws, and takes it in', async () => {
  const input = resolve(root, entryPoint('podwire').code)
  const bundled = await rolldown({ input, platform: 'node', logLevel: 'silent' })
  const { output } = await bundled.generate()
  const code = output.map((file) => ('code' in file ? file.code : '')).join('')
  expect(code).toContain('class WebSocket extends EventEmitter')
  expect(code).not.toContain('("ws")')
  await bundled.close()
})
