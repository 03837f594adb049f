import { kubectlSuite } from '../support/kubectl-suite.ts'
import { buildTimeout, goProgram, missingGo } from './go-programs.ts'

const missing = missingGo()

kubectlSuite({
  name: missing === null ? 'built from source' : `skipped: ${missing}`,
  path: missing === null ? () => goProgram('kubectl') : null,
  timeout: buildTimeout,
})
