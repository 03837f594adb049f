import { defineConfig } from 'vitest/config'

// One project after the other: the integration tests measure time, and the package tests run compilers.
const project = (name: string, groupOrder: number, timeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    sequence: { groupOrder },
  },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', 0, 5_000),
      project('integration', 1, 30_000),
      project('conformance', 2, 120_000),
      project('package', 3, 60_000),
      project('long', 4, 600_000),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
