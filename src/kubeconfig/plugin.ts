import type { KubeconfigExec, KubeconfigUser } from './document.ts'
import { refusal } from './refusal.ts'

const EXEC_API = 'client.authentication.k8s.io/'
const INTERACTIVE_MODES: ReadonlySet<string> = new Set(['Never', 'IfAvailable', 'Always'])

/**
 * Checks a user's `exec` and `auth-provider`, and refuses the ones that would be needed: plugins are not run yet.
 *
 * @param byHeader the same user has a token, a token file or a user name, with which client-go runs no plugin
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`
 */
export function checkPlugins(
  user: KubeconfigUser,
  byHeader: boolean,
  hasCertificate: boolean,
): void {
  const { origin, exec, authProvider } = user
  if (exec !== undefined) {
    if (authProvider !== undefined) {
      throw refusal(origin, 'exec', 'and auth-provider are both set; keep one of them')
    }
    checkExec(user, exec)
    if (!byHeader && !hasCertificate) {
      throw refusal(
        origin,
        'exec',
        `runs the credential plugin ${exec.command}, and plugins are not supported yet; use a token instead`,
      )
    }
  }
  // client-go sets the provider up whether or not it is needed, so an unknown one always fails.
  if (authProvider !== undefined && !(authProvider.name === 'oidc' && byHeader)) {
    throw refusal(origin, 'auth-provider', removed(authProvider.name))
  }
}

function checkExec({ origin }: KubeconfigUser, exec: KubeconfigExec): void {
  const { apiVersion, command, env, interactiveMode } = exec
  if (command === undefined) throw refusal(origin, 'exec.command', 'is missing')
  if (apiVersion === undefined) throw refusal(origin, 'exec.apiVersion', 'is missing')
  const unnamed = env.findIndex(({ name }) => name === '')
  if (unnamed >= 0) throw refusal(origin, `exec.env[${unnamed}].name`, 'is missing')
  const version = apiVersion.startsWith(EXEC_API) ? apiVersion.slice(EXEC_API.length) : ''
  if (version !== 'v1' && version !== 'v1beta1') {
    throw refusal(origin, 'exec.apiVersion', `must be ${EXEC_API}v1 or ${EXEC_API}v1beta1`)
  }
  if (interactiveMode === undefined ? version === 'v1' : !INTERACTIVE_MODES.has(interactiveMode)) {
    throw refusal(origin, 'exec.interactiveMode', 'must be Never, IfAvailable or Always')
  }
}

function removed(name: string): string {
  switch (name) {
    case 'gcp':
      return 'gcp no longer exists in Kubernetes clients; use the exec plugin gke-gcloud-auth-plugin'
    case 'azure':
      return 'azure no longer exists in Kubernetes clients; use the exec plugin kubelogin'
    case 'oidc':
      return 'oidc is not supported yet; use a token instead'
    default:
      return 'has a name that is not known; Kubernetes clients know oidc alone'
  }
}
