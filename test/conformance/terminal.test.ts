import { afterAll, beforeAll } from 'vitest'
import { renderKubeconfig } from '../../src/testing/kubeconfig.ts'
import { terminalSuite } from '../support/terminal-suite.ts'
import type { ConformanceServer } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

for (const generation of generations) {
  terminalSuite({
    name: `podwire at /${generation}`,
    missing,
    start: async () => {
      const { ca, tokens } = server
      const url = `${server.url}/${generation}`
      const kubeconfig = renderKubeconfig({ server: url, ca, token: tokens.admin })
      return { kubeconfig, kill: () => server.kill('api'), close: async () => {} }
    },
  })
}
