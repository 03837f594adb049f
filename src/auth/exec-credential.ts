import { AuthError } from '../errors.ts'
import { findCommand } from './command-path.ts'
import type { Credential } from './credential.ts'
import type { CredentialHost } from './credential-host.ts'
import { execInfo } from './exec-info.ts'
import { readExecCredential } from './exec-output.ts'
import type { ExecPlugin } from './exec-plugin.ts'
import { enforceExecPolicy } from './exec-policy.ts'
import { printableHint } from './install-hint.ts'
import { runPlugin } from './plugin-process.ts'

/** Milliseconds: time to log in with a browser, and an end for a plugin that hangs. client-go waits for ever. */
const TIMEOUT = 5 * 60_000

type Env = Readonly<Record<string, string | undefined>>

/**
 * Runs a plugin and reads what it printed.
 *
 * @throws {AuthError} `ERR_PLUGIN_DENIED`, `ERR_PLUGIN_NOT_FOUND`, `ERR_PLUGIN_FAILED`, `ERR_PLUGIN_OUTPUT`
 */
export async function execCredential(
  plugin: ExecPlugin,
  host: CredentialHost,
  signal: AbortSignal,
): Promise<Credential> {
  const { command } = plugin
  const env = host.env ?? process.env
  const path = await pathOf(plugin, host, env)
  const interactive = await isInteractive(plugin, host)
  const run = await runPlugin({
    path,
    args: plugin.args ?? [],
    env: environmentOf(plugin, env, interactive),
    interactive,
    timeout: host.pluginTimeout ?? TIMEOUT,
    onStderr: host.onPluginStderr ?? (interactive ? toStderr : undefined),
    signal,
  })
  const { exitCode, stderr } = run
  const problem = run.problem ?? (exitCode === 0 ? undefined : `failed with exit code ${exitCode}`)
  if (problem === undefined) return readExecCredential(run.stdout, plugin)
  const where = stderr === '' ? '; run it by hand to see why' : '; see the stderr of this error'
  throw new AuthError('ERR_PLUGIN_FAILED', `the credential plugin ${command} ${problem}${where}`, {
    command,
    exitCode,
    stderr,
  })
}

async function pathOf(
  { command, installHint = '' }: ExecPlugin,
  { execPlugins = 'allow' }: CredentialHost,
  env: Env,
): Promise<string> {
  const found = await findCommand(command, env)
  // What is denied altogether is not said to be missing.
  if (found.path === undefined && execPlugins !== 'deny') {
    const hint = installHint === '' ? '' : `\n${printableHint(installHint)}`
    throw new AuthError(
      'ERR_PLUGIN_NOT_FOUND',
      `the credential plugin ${command} ${found.problem}; install it${hint}`,
      { command },
    )
  }
  const find = async (name: string) => (await findCommand(name, env)).path
  await enforceExecPolicy(execPlugins, command, found.path ?? '', find)
  return found.path ?? ''
}

/** client-go looks at standard input alone: a prompt may go to /dev/tty or to stderr. */
async function isInteractive(
  { interactiveMode = 'IfAvailable', command }: ExecPlugin,
  { isTerminal }: CredentialHost,
): Promise<boolean> {
  if (interactiveMode === 'Never') return false
  const terminal = isTerminal ?? (await import('node:tty')).isatty.bind(undefined, 0)
  if (terminal()) return true
  if (interactiveMode === 'IfAvailable') return false
  throw new AuthError(
    'ERR_PLUGIN_FAILED',
    `the credential plugin ${command} must have a terminal (interactiveMode: Always), and standard input is none`,
    { command },
  )
}

/** The kubeconfig's variables win over the process's, and neither over what the plugin is told. */
function environmentOf(plugin: ExecPlugin, env: Env, interactive: boolean): Record<string, string> {
  const all: Record<string, string> = Object.create(null)
  const info = { KUBERNETES_EXEC_INFO: execInfo(plugin, interactive) }
  for (const source of [env, plugin.env ?? {}, info]) {
    for (const [name, value] of Object.entries(source)) if (value !== undefined) all[name] = value
  }
  return all
}

function toStderr(chunk: Uint8Array): void {
  process.stderr.write(chunk)
}
