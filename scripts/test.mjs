// `npm test`: everything that must hold before a change is merged. `node scripts/test.mjs long`: the slow tests.
// One line per check, its output only when it fails, and `N passed, N failed` as the last line.
import { resolve } from 'node:path'
import { runStep } from './step.mjs'
import { runVitest } from './vitest.mjs'

const root = resolve(import.meta.dirname, '..')
const long = process.argv[2] === 'long'

const tsc = 'node_modules/typescript/bin/tsc'
const attw = 'node_modules/@arethetypeswrong/cli/dist/index.js'
const build = { title: 'build', command: ['scripts/build.mjs'] }
const checks = [
  { title: 'types', command: [tsc, '-p', 'tsconfig.json'] },
  { title: 'types of src/protocol', command: [tsc, '-p', 'tsconfig.protocol.json'] },
  {
    title: 'lint',
    command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  },
  { title: 'publint', command: ['node_modules/publint/src/cli.js', '--strict'] },
  { title: 'are the types wrong', command: [attw, '--pack', '.', '--profile', 'esm-only'] },
]

const total = { passed: 0, failed: 0 }

for (const { title, command } of long ? [build] : [build, ...checks]) {
  if (await runStep(title, command, root)) total.passed += 1
  else total.failed += 1
}

const tests = await runVitest(long ? 'long' : '!long', root)
total.passed += tests.passed
total.failed += tests.failures.length

for (const failure of tests.failures) console.log(`failed  ${failure}`)
for (const title of tests.skipped) console.log(`skipped  ${title}`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed > 0 ? 1 : 0
