// `npm run fuzz -- --minutes N [--seed S]`: the fuzzing of test/long, for longer.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } })
const env = { ...process.env, PODWIRE_FUZZ_MINUTES: values.minutes ?? '10' }
if (values.seed !== undefined) env.PODWIRE_SEED = values.seed

const root = resolve(import.meta.dirname, '..')
const vitest = resolve(root, 'node_modules/vitest/vitest.mjs')
const args = [vitest, 'run', '--project=long', 'test/long/fuzz.test.ts']
process.exitCode =
  spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
