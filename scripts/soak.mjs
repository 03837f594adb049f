// `npm run soak -- --minutes N [--seed S] [--session I]`: see test/soak/main.ts.
import { resolve } from 'node:path'
import { runTypeScript } from './typescript.mjs'

process.exitCode = await runTypeScript(resolve(import.meta.dirname, '..'), 'test/soak/main', {
  args: process.argv.slice(2),
  node: ['--expose-gc'],
})
