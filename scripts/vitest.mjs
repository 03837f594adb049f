import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { run } from './step.mjs'

/**
 * Runs projects of vitest.config.ts, all in one process, with vitest's own output on the terminal.
 * @param {string} project a name or a pattern
 * @param {string} root
 * @returns {Promise<{ passed: number, failures: string[], skipped: string[] }>}
 */
export async function runVitest(project, root) {
  const summary = resolve(root, `node_modules/.cache/podwire/tests-${process.pid}.json`)
  mkdirSync(dirname(summary), { recursive: true })
  const command = [
    resolve(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    `--project=${project}`,
    '--passWithNoTests',
    `--reporter=${process.stdout.isTTY ? 'dot' : 'default'}`,
    '--reporter=./scripts/summary-reporter.mjs',
  ]
  const env = { ...process.env, PODWIRE_TEST_SUMMARY: summary }
  // A log has a line for each file, and no colours.
  if (!process.stdout.isTTY) env.NO_COLOR = '1'
  const { code } = await run(command, { cwd: root, env, stdio: 'inherit' })
  const results = readSummary(summary)
  rmSync(summary, { force: true })
  // A run that failed is never counted as one without failures, whatever ended it.
  if (code !== 0 && results.failures.length === 0)
    results.failures.push(`vitest: exit code ${code}`)
  return results
}

/** @param {string} path */
function readSummary(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failures: ['vitest ended before it could say more'], skipped: [] }
  }
}
