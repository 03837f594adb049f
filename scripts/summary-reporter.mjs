import { writeFileSync } from 'node:fs'

/** Counts a vitest run for scripts/test.mjs: its own JSON report leaves out why a test was skipped. */
export default class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const summary = {
      passed: 0,
      failed: unhandledErrors.length,
      skipped: /** @type {string[]} */ ([]),
    }
    for (const module of modules) {
      // Files that do not load and hooks that throw: their tests only appear as skipped.
      summary.failed += module.errors().length
      for (const suite of module.children.allSuites()) summary.failed += suite.errors().length

      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') summary.passed += 1
        else if (state === 'failed') summary.failed += 1
        else summary.skipped.push(note === undefined ? test.fullName : `${test.fullName}: ${note}`)
      }
    }
    writeFileSync(process.env.PODWIRE_TEST_SUMMARY, JSON.stringify(summary))
  }
}
