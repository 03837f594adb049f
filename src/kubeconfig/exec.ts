import type { ExecCluster, ExecPlugin } from '../auth/exec-plugin.ts'
import { redact } from '../auth/redact.ts'
import type { KubeconfigCluster, KubeconfigExec, KubeconfigUser } from './document.ts'
import { refusal } from './refusal.ts'

const API = 'client.authentication.k8s.io/'

/**
 * The plugin of a user, checked as client-go does whether or not it is needed.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`
 */
export function resolveExec({ origin }: KubeconfigUser, exec: KubeconfigExec): ExecPlugin {
  const { command, args, installHint } = exec
  if (command === undefined) throw refusal(origin, 'exec.command', 'is missing')
  if (exec.apiVersion === undefined) throw refusal(origin, 'exec.apiVersion', 'is missing')
  const unnamed = exec.env.findIndex(({ name }) => name === '')
  if (unnamed >= 0) throw refusal(origin, `exec.env[${unnamed}].name`, 'is missing')
  const apiVersion = versionOf(exec.apiVersion)
  if (apiVersion === undefined) {
    throw refusal(origin, 'exec.apiVersion', `must be ${API}v1 or ${API}v1beta1`)
  }
  const interactiveMode = modeOf(exec, apiVersion)
  if (interactiveMode === undefined) {
    throw refusal(origin, 'exec.interactiveMode', 'must be Never, IfAvailable or Always')
  }
  const plugin: ExecPlugin = {
    apiVersion,
    command,
    args,
    env: environmentOf(exec),
    interactiveMode,
    ...(installHint !== undefined && { installHint }),
  }
  return redact(plugin, ['args', 'env', 'cluster'])
}

/** The plugin with what it asks to be told about its cluster; the proxy's password is part of that, as in client-go. */
export function withCluster(
  plugin: ExecPlugin,
  cluster: KubeconfigCluster,
  ca: Uint8Array | undefined,
): ExecPlugin {
  const { server = '', tlsServerName, proxyUrl, extensions } = cluster
  const told: ExecCluster = {
    server: withoutQuery(server),
    ...(tlsServerName !== undefined && { tlsServerName }),
    insecureSkipTlsVerify: cluster.insecureSkipTlsVerify,
    ...(ca !== undefined && { certificateAuthorityData: Buffer.from(ca).toString('base64') }),
    ...(proxyUrl !== undefined && { proxyUrl }),
    disableCompression: cluster.disableCompression,
    config: extensions.get(`${API}exec`) ?? null,
  }
  return redact({ ...plugin, cluster: told }, ['args', 'env', 'cluster'])
}

/** client-go drops query and fragment where there is a path, and keeps the path as it stands (client_config.go). */
function withoutQuery(server: string): string {
  const [, path = ''] = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(server) ?? []
  return path.length > 1 ? server.replace(/[?#].*$/, '') : server
}

function versionOf(apiVersion: string): ExecPlugin['apiVersion'] | undefined {
  return ([`${API}v1`, `${API}v1beta1`] as const).find((known) => known === apiVersion)
}

/** v1 has no default. */
function modeOf(
  { interactiveMode }: KubeconfigExec,
  apiVersion: ExecPlugin['apiVersion'],
): ExecPlugin['interactiveMode'] {
  if (interactiveMode === undefined) return apiVersion === `${API}v1` ? undefined : 'IfAvailable'
  return (['Never', 'IfAvailable', 'Always'] as const).find((mode) => mode === interactiveMode)
}

/** Of two variables with the same name the last counts. */
function environmentOf({ env }: KubeconfigExec): Record<string, string> {
  const variables: Record<string, string> = Object.create(null)
  for (const { name, value } of env) variables[name] = value
  return variables
}
