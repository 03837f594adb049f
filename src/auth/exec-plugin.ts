import type { Json } from '../yaml/node.ts'

/** A program that prints credentials: the `exec` of a kubeconfig's user. Printing it shows no secret. */
export interface ExecPlugin {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1'
  /** A name to find in `PATH`, or a path. There is no shell in between. */
  readonly command: string
  readonly args?: readonly string[]
  /** On top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Whether the plugin gets standard input when that is a terminal. @default 'IfAvailable' */
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always'
  /** What to tell somebody who does not have the plugin. */
  readonly installHint?: string
  /** What the plugin is told about the cluster; absent: nothing. */
  readonly cluster?: ExecCluster
}

/** A cluster as a plugin is told about it. */
export interface ExecCluster {
  readonly server: string
  readonly tlsServerName?: string
  readonly insecureSkipTlsVerify?: boolean
  /** Base64 of PEM. */
  readonly certificateAuthorityData?: string
  readonly proxyUrl?: string
  readonly disableCompression?: boolean
  /** Of the cluster's extension `client.authentication.k8s.io/exec`. */
  readonly config?: Json
}

const API = 'client.authentication.k8s.io/'
const MODES: readonly unknown[] = [undefined, 'Never', 'IfAvailable', 'Always']

/**
 * Checks a plugin that no kubeconfig loader has checked.
 *
 * @throws {TypeError} what makes it none; no value is shown, since arguments and variables may be secrets
 */
export function checkExecPlugin(plugin: unknown): ExecPlugin {
  if (typeof plugin !== 'object' || plugin === null) return invalid('must be an object')
  const { apiVersion, command, args, env, interactiveMode, installHint, cluster } =
    plugin as Record<keyof ExecPlugin, unknown>
  if (apiVersion !== `${API}v1` && apiVersion !== `${API}v1beta1`) {
    return invalid(`.apiVersion must be ${API}v1 or ${API}v1beta1`)
  }
  if (typeof command !== 'string' || command === '') return invalid('.command must be a string')
  if (args !== undefined && !(Array.isArray(args) && areStrings(args))) {
    return invalid('.args must be a list of strings')
  }
  const variables = env === undefined ? {} : env
  if (
    typeof variables !== 'object' ||
    variables === null ||
    !areStrings(Object.values(variables))
  ) {
    return invalid('.env must be an object of strings')
  }
  if (!MODES.includes(interactiveMode)) {
    return invalid('.interactiveMode must be Never, IfAvailable or Always')
  }
  if (installHint !== undefined && typeof installHint !== 'string') {
    return invalid('.installHint must be a string')
  }
  if (cluster !== undefined && (typeof cluster !== 'object' || cluster === null)) {
    return invalid('.cluster must be an object')
  }
  return plugin as ExecPlugin
}

function areStrings(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string')
}

function invalid(what: string): never {
  throw new TypeError(`auth.exec${what.startsWith('.') ? '' : ' '}${what}`)
}
