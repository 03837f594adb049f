import { defineConfig } from 'vitest/config'

// One project after the other: the integration tests measure time, and the package tests run compilers.
const project = (name: string, groupOrder: number, timeout: number, settings = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    // A second, the default, is little on a busy machine.
    expect: { poll: { timeout: 15_000 } },
    sequence: { groupOrder },
    ...settings,
  },
})

// A process for each of 180 small files takes twice the CPU time of the tests in them, and some of those wait a second
// or two, which others can use. They leave no fake timers, environment or listeners to the next file.
const fast = { isolate: false, maxWorkers: 4 }

// Most of these wait for processes of their own.
const two = { maxWorkers: 2 }

// These wait for half of their time, for a deadline or a process, and two cores are still not full with three of them.
const three = { maxWorkers: 3 }

export default defineConfig({
  test: {
    projects: [
      project('unit', 0, 20_000, fast),
      project('vectors', 0, 60_000, fast),
      project('integration', 1, 30_000, three),
      project('conformance', 2, 120_000, two),
      project('package', 3, 60_000, two),
      project('long', 4, 600_000),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
