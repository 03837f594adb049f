import { readFileSync } from 'node:fs'

/**
 * What vitest's JSON report comes down to. A run that failed is never counted as one without failures: a file that does
 * not load, an unhandled rejection and a crash before the report each count as at least one.
 * @param {string} path the report
 * @param {number} exitCode of vitest
 * @returns {{ passed: number, failed: number, skipped: string[] }}
 */
export function readResults(path, exitCode) {
  const results = { passed: 0, failed: 0, skipped: /** @type {string[]} */ ([]) }
  for (const file of readReport(path)) {
    let failedTests = 0
    for (const test of file.assertionResults) {
      if (test.status === 'passed') results.passed += 1
      else if (test.status === 'failed') failedTests += 1
      else results.skipped.push(test.fullName)
    }
    results.failed += failedTests === 0 && file.status === 'failed' ? 1 : failedTests
  }
  if (exitCode !== 0 && results.failed === 0) results.failed = 1
  return results
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults
  } catch {
    return [] // vitest ended before it wrote one; its exit code tells
  }
}
