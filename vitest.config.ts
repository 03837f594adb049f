import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], timeout: number) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 5_000),
      project('integration', ['test/integration/**/*.test.ts'], 30_000),
      project('package', ['test/package/**/*.test.ts'], 60_000),
      project('long', ['test/long/**/*.test.ts'], 600_000),
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
