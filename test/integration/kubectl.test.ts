import { findKubectl } from '../support/kubectl.ts'
import { kubectlSuite } from '../support/kubectl-suite.ts'

const { path, version, reason } = findKubectl()

kubectlSuite({
  name: path === null ? `skipped: ${reason}` : `installed ${version}`,
  path: path === null ? null : async () => path,
  timeout: 30_000,
})
