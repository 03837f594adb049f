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
    // Waits for the heartbeat, which is the same everywhere.
    stalls: generation === 'k',
    start: async () => {
      const { ca, tokens } = server
      const { url, stall, end } = await server.link()
      const kubeconfig = renderKubeconfig({
        server: `${url}/${generation}`,
        ca,
        token: tokens.admin,
      })
      return { kubeconfig, kill: () => server.kill('api'), stall, close: end }
    },
  })
}
