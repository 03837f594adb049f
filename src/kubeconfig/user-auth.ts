import type { Auth, HeaderAuth } from '../auth/credential.ts'
import { isHeaderText } from '../auth/header.ts'
import type { Impersonation } from '../auth/impersonation.ts'
import { impersonationHeaders } from '../auth/impersonation.ts'
import { redact } from '../auth/redact.ts'
import { tokenFileReader } from '../auth/token-file.ts'
import { AuthError } from '../errors.ts'
import { resolveAuthProvider } from './auth-provider.ts'
import type { KubeconfigUser } from './document.ts'
import { resolveExec } from './exec.ts'
import { refusal } from './refusal.ts'

/**
 * How the user authenticates beside TLS, by client-go's rules of precedence: a plugin is run for want of everything
 * else, and a provider's token is used for want of another.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`: a combination that client-go refuses, or one part that is wrong
 */
export async function resolveAuth(
  user: KubeconfigUser,
  hasCertificate: boolean,
): Promise<Auth | undefined> {
  const { origin, exec, authProvider } = user
  checkCombinations(user)
  // Both are checked even when they are not needed, as client-go does.
  if (exec !== undefined && authProvider !== undefined) {
    throw refusal(origin, 'exec', 'and auth-provider are both set; keep one of them')
  }
  const plugin = exec && resolveExec(user, exec)
  const oidc = authProvider && (await resolveAuthProvider(user, authProvider))
  const header = await headerAuth(user)
  if (header !== undefined) return header
  if (oidc !== undefined) return { oidc }
  return plugin === undefined || hasCertificate ? undefined : { exec: plugin }
}

function checkCombinations({ origin, token, tokenFile, username, password }: KubeconfigUser): void {
  const basic = username !== undefined || password !== undefined
  if (token !== undefined && basic) {
    throw refusal(origin, 'token', 'is set beside a username or password; keep one of them')
  }
  if (tokenFile !== undefined && username !== undefined) {
    throw refusal(origin, 'tokenFile', 'is set beside a username; keep one of them')
  }
}

async function headerAuth(user: KubeconfigUser): Promise<HeaderAuth | undefined> {
  const { origin, token, tokenFile, username, password } = user
  if (token !== undefined && !isHeaderText(token)) {
    throw refusal(
      origin,
      'token',
      'holds a line break or another character that no header may have',
    )
  }
  if (username?.includes(':')) {
    throw refusal(origin, 'username', 'holds a colon, which basic authentication cannot express')
  }
  if (tokenFile !== undefined) return tokenFileAuth(user, tokenFile, token)
  if (token !== undefined) return redact({ token }, ['token'])
  // A password alone sends nothing in client-go.
  if (username === undefined) return undefined
  return redact({ username, password: password ?? '' }, ['password'])
}

/** Read once now, so that a wrong path is told at once, and again for every dial. */
async function tokenFileAuth(
  { origin }: KubeconfigUser,
  tokenFile: string,
  token: string | undefined,
): Promise<HeaderAuth> {
  await tokenFileReader(tokenFile, token)().catch((cause: unknown) => {
    const problem = cause instanceof AuthError ? cause.message : 'unreadable'
    throw refusal(origin, 'tokenFile', `cannot be used: ${problem}`, cause)
  })
  return token === undefined ? { tokenFile } : redact({ tokenFile, token }, ['token'])
}

/** @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`: nobody to act as, or a value that no header can hold */
export function resolveImpersonation(user: KubeconfigUser): Impersonation | undefined {
  const { origin, as, asUid, asGroups, asUserExtra } = user
  if (as === undefined) {
    if (asUid === undefined && asGroups.length === 0 && asUserExtra.size === 0) return undefined
    throw refusal(origin, '', 'sets as-uid, as-groups or as-user-extra without as')
  }
  const extra: Record<string, readonly string[]> = Object.create(null)
  for (const [key, values] of asUserExtra) extra[key] = values
  const impersonate: Impersonation = {
    user: as,
    ...(asUid !== undefined && { uid: asUid }),
    ...(asGroups.length > 0 && { groups: asGroups }),
    ...(asUserExtra.size > 0 && { extra }),
  }
  try {
    impersonationHeaders(impersonate)
  } catch (cause) {
    throw refusal(
      origin,
      'as',
      'or what belongs to it holds characters that no header may have',
      cause,
    )
  }
  return impersonate
}
