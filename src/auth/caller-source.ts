import { AuthError } from '../errors.ts'
import { checkCredential } from './caller-credential.ts'
import type { Credential, CredentialSource } from './credential.ts'

/**
 * Credentials from a function of the caller's: concurrent dials share one call, and its result is kept until its
 * `expiresAt`; one without is asked for again by the next dial.
 */
export function callerSource(ask: () => Promise<Credential>): CredentialSource {
  let cached: Credential | undefined
  let pending: Promise<Credential> | undefined

  const fetch = async (): Promise<Credential> => {
    try {
      const credential = checkCredential(await call(ask))
      cached = credential.expiresAt === undefined ? undefined : credential
      return credential
    } finally {
      pending = undefined
    }
  }

  return {
    refreshable: true,
    credential: async (rejected) => {
      if (cached === rejected || isExpired(cached)) cached = undefined
      if (cached !== undefined) return cached
      pending ??= fetch()
      return pending
    },
  }
}

async function call(ask: () => Promise<Credential>): Promise<unknown> {
  try {
    return await ask()
  } catch (cause) {
    throw new AuthError('ERR_CREDENTIALS_UNAVAILABLE', 'the auth function failed; see the cause', {
      cause,
    })
  }
}

function isExpired(credential: Credential | undefined): boolean {
  return credential?.expiresAt !== undefined && credential.expiresAt.getTime() <= Date.now()
}
