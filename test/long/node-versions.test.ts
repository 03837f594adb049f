import { spawnSync } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { npmProgram } from '../support/npm-program.ts'

const root = resolve(import.meta.dirname, '../..')

/** The newest of each line that package.json names, beside the one that runs this. */
const versions = ['22.23.3', '24.21.0', '26.10.0']

/** All of what needs no server, and the calls that everything else is made of. */
const files = [
  'test/unit',
  ...['connect', 'exec', 'spawn', 'verify'].map((name) => `test/integration/${name}.test.ts`),
]

for (const version of versions) {
  const { path, missing } = npmProgram('node', version)
  describe.skipIf(missing !== null)(
    `Node ${version}${missing === null ? '' : `: ${missing}`}`,
    () => {
      it('passes the same tests', () => {
        const vitest = resolve(root, 'node_modules/vitest/vitest.mjs')
        const { status, stdout } = spawnSync(path, [vitest, 'run', '--reporter=dot', ...files], {
          cwd: root,
          encoding: 'utf8',
          timeout: 400_000,
          maxBuffer: 64 * 1024 * 1024,
          env: { ...process.env, NO_COLOR: '1', PATH: `${dirname(path)}:${process.env['PATH']}` },
        })
        expect(status, stdout.slice(-3_000)).toBe(0)
        expect(stdout).toMatch(/Tests +\d{4,} passed/)
      })
    },
  )
}
