import { createHash } from 'node:crypto'
import type { CredentialSource } from './credential.ts'
import type { CredentialHost } from './credential-host.ts'
import type { ExecPlugin } from './exec-plugin.ts'
import { checkExecPlugin } from './exec-plugin.ts'
import { checkExecPolicy } from './exec-policy.ts'
import { SharedCredential } from './shared-credential.ts'

/** Configurations whose credentials are kept; a process that sees more of them runs some plugins again. */
const MAX_KEPT = 256

/** By what is run and for whom, as in client-go: clusters whose plugins are the same share one credential. */
const kept = new Map<string, SharedCredential>()

/**
 * The credentials that a plugin prints. It is run when the first is needed, and again when that expires or is rejected.
 *
 * @throws {TypeError | RangeError} a plugin or a policy that is none
 */
export function execSource(exec: ExecPlugin, host: CredentialHost): CredentialSource {
  const plugin = checkExecPlugin(exec)
  const policy = checkExecPolicy(host.execPlugins ?? 'allow')
  const credentials = keptFor(JSON.stringify([plainOf(plugin), policy]))
  const obtain = async (signal: AbortSignal) => {
    // Loaded when it is needed, because most programs need it never.
    const { execCredential } = await import('./exec-credential.ts')
    return execCredential(plugin, { ...host, execPlugins: policy }, signal)
  }
  return {
    refreshable: true,
    credential: (rejected, signal) => credentials.get(obtain, rejected, signal),
  }
}

function keptFor(configuration: string): SharedCredential {
  const key = createHash('sha256').update(configuration).digest('base64')
  const credentials = kept.get(key) ?? new SharedCredential()
  // Behind all others, so that the one used least recently goes first.
  kept.delete(key)
  kept.set(key, credentials)
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break
    kept.delete(oldest)
  }
  return credentials
}

/** Without the prototype's and the redacting properties, which JSON would ask for. */
function plainOf({ env = {}, ...plugin }: ExecPlugin): unknown {
  return { ...plugin, env: Object.entries(env), cluster: { ...plugin.cluster } }
}
