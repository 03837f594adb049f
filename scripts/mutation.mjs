// `npm run mutation`: puts a fault into src/protocol, a thousand times, and counts how many its tests find. In a copy with
// Stryker of its own (9.6.1, the last for Node 20), which is too much to install for everybody; about 20 minutes.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { run } from './step.mjs'

const root = resolve(import.meta.dirname, '..')
const copy = resolve(root, 'node_modules/.cache/podwire/mutation')
rmSync(copy, { recursive: true, force: true })
mkdirSync(copy, { recursive: true })
const needed = ['src/protocol', 'src/testing', 'test/unit/protocol', 'test/vectors', 'test/support']
for (const name of [...needed, 'fixtures', 'package.json', 'package-lock.json', 'tsconfig.json']) {
  cpSync(resolve(root, name), resolve(copy, name), { recursive: true })
}

const write = (/** @type {string} */ name, /** @type {string} */ text) =>
  writeFileSync(resolve(copy, name), text)
const tests = ['test/unit/protocol/**/*.test.ts', 'test/vectors/vectors.test.ts']
const setup = './setup.mjs'
write(setup, "import fc from 'fast-check'\nfc.configureGlobal({ numRuns: 25 })\n")
write(
  'vitest.config.mjs',
  `export default ${JSON.stringify({ test: { include: tests, setupFiles: [setup], testTimeout: 60_000 } })}`,
)
const settings = {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.config.mjs', related: false },
  mutate: ['src/protocol/*.ts', '!src/protocol/index.ts'],
  // Stryker reads a tsconfig with a function that TypeScript 7 does not have.
  tsconfigFile: 'none.json',
  reporters: ['clear-text'],
  // What runs once, when a module is loaded, would take two thirds of the time.
  ignoreStatic: true,
  timeoutMS: 20_000,
}
write('stryker.config.json', JSON.stringify(settings))

const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@9.6.1`)
// `npm run` says which npm it is.
const npm = process.env.npm_execpath ?? ''
const install = [npm, 'install', '--no-save', '--legacy-peer-deps', '--no-audit', '--no-fund']
const options = { cwd: copy, stdio: 'inherit' }
const installed = await run([...install, ...packages], options)
const stryker = resolve(copy, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const ended = installed.code === 0 ? await run([stryker, 'run'], options) : installed
process.exitCode = ended.code
