// `npm run test:faults [-- --write | PART OF A CELL'S NAME]`: see test/faults/main.ts.
import { resolve } from 'node:path'
import { runTypeScript } from './typescript.mjs'

process.exitCode = await runTypeScript(resolve(import.meta.dirname, '..'), 'test/faults/main', {
  args: process.argv.slice(2),
})
