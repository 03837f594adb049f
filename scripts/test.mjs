// `npm test`: everything that must hold before a change is merged. `node scripts/test.mjs long`: the slow tests.
// One line per check, its output only when it fails, and `N passed, N failed` as the last line.
import { mkdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { run, runStep } from './step.mjs'
import { readResults } from './vitest-results.mjs'

const root = resolve(import.meta.dirname, '..')
const bin = (/** @type {string} */ path) => resolve(root, 'node_modules', path)

const build = ['build', resolve(root, 'scripts/build.mjs')]
const checks = [
  ['types', bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
  ['types of src/protocol', bin('typescript/bin/tsc'), '-p', 'tsconfig.protocol.json'],
  ['lint', bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  ['publint', bin('publint/src/cli.js'), '--strict'],
  [
    'are the types wrong',
    bin('@arethetypeswrong/cli/dist/index.js'),
    '--pack',
    '.',
    '--profile',
    'esm-only',
  ],
]
const long = process.argv[2] === 'long'

let passed = 0
let failed = 0

for (const [title = '', ...command] of long ? [build] : [build, ...checks]) {
  if (await runStep(title, command, root)) passed += 1
  else failed += 1
}

const tests = await runTests(long ? 'long' : '!long')
for (const title of tests.skipped) console.log(`skipped  ${title}`)
console.log(`${passed + tests.passed} passed, ${failed + tests.failed} failed`)
process.exitCode = failed + tests.failed > 0 ? 1 : 0

/** All wanted projects in one vitest process. @param {string} project */
async function runTests(project) {
  const cache = bin('.cache/podwire')
  const report = resolve(cache, `vitest-${process.pid}.json`)
  mkdirSync(cache, { recursive: true })
  const { code } = await run(
    [
      bin('vitest/vitest.mjs'),
      'run',
      `--project=${project}`,
      '--passWithNoTests',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: root, stdio: 'inherit' },
  )
  const results = readResults(report, code)
  rmSync(report, { force: true })
  return results
}
