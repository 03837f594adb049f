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
      failures: unhandledErrors.map((error) => textOf('outside of the tests', error)),
      skipped: /** @type {string[]} */ ([]),
    }
    for (const module of modules) {
      // Files that do not load and hooks that throw: their tests only appear as skipped.
      for (const part of [module, ...module.children.allSuites()]) {
        const name = 'fullName' in part ? part.fullName : part.relativeModuleId
        summary.failures.push(...part.errors().map((error) => textOf(name, error)))
      }

      for (const test of module.children.allTests()) {
        const { state, note, errors } = test.result()
        if (state === 'passed') summary.passed += 1
        else if (state === 'failed') summary.failures.push(textOf(test.fullName, errors?.[0]))
        else summary.skipped.push(note === undefined ? test.fullName : `${test.fullName}: ${note}`)
      }
    }
    writeFileSync(process.env.PODWIRE_TEST_SUMMARY, JSON.stringify(summary))
  }
}

/**
 * One line, for the end of a long log.
 * @param {string} name
 * @param {unknown} error
 */
function textOf(name, error) {
  const { message = String(error) } = /** @type {{ message?: string }} */ (error ?? {})
  return `${name}: ${message.replaceAll(/\s+/g, ' ').slice(0, 500)}`
}
