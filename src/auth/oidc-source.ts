import { AuthError } from '../errors.ts'
import { bearer } from './authorization.ts'
import type { Credential, CredentialSource } from './credential.ts'
import type { CredentialHost } from './credential-host.ts'
import { checkHeaderText } from './header.ts'
import { usableUntil } from './id-token.ts'
import type { OidcProvider } from './oidc-provider.ts'
import { checkOidcProvider } from './oidc-provider.ts'
import { redact } from './redact.ts'
import { SharedCredential } from './shared-credential.ts'

/** The login's id-token while it is good, and then those that its refresh token buys. */
export function oidcSource(oidc: OidcProvider, host: CredentialHost): CredentialSource {
  const provider = checkOidcProvider(oidc)
  const shared = new SharedCredential()
  let { idToken, refreshToken } = provider

  const obtain = async (): Promise<Credential> => {
    if (idToken !== undefined) {
      const credential = credentialOf(idToken)
      if (+(credential.expiresAt ?? 0) > Date.now()) return credential
    }
    const { fetchText } = host
    if (refreshToken === undefined || fetchText === undefined) return noRefresh(provider, idToken)
    const { refreshOidc } = await import('./oidc-refresh.ts')
    const tokens = await refreshOidc(provider, refreshToken, fetchText)
    const used = refreshToken
    idToken = tokens.idToken
    refreshToken = tokens.refreshToken ?? refreshToken
    const credential = credentialOf(idToken)
    if (host.saveTokens === true) {
      const { saveTokens } = await import('./token-store.ts')
      await saveTokens(provider, used, { idToken, refreshToken })
    }
    return credential
  }

  return {
    refreshable: refreshToken !== undefined && host.fetchText !== undefined,
    credential: (rejected) => {
      if (rejected !== undefined && idToken !== undefined && isOf(rejected, idToken)) {
        idToken = undefined
      }
      // No signal: a refresh that is cut off may have used up the refresh token, and with it the login.
      return shared.get(obtain, rejected, undefined)
    },
  }
}

function credentialOf(idToken: string): Credential {
  const expiresAt = usableUntil(idToken)
  const { headers = {} } = bearer(checkHeaderText(idToken, 'the id-token of the OIDC login'))
  return redact({ headers, expiresAt }, ['headers'])
}

function isOf(credential: Credential, idToken: string): boolean {
  return credential.headers?.['Authorization'] === bearer(idToken).headers?.['Authorization']
}

function noRefresh({ issuerUrl }: OidcProvider, idToken: string | undefined): never {
  const state = idToken === undefined ? 'holds no id-token' : 'has expired'
  throw new AuthError(
    'ERR_CREDENTIALS_UNAVAILABLE',
    `the OIDC login with ${issuerUrl} ${state}, and there is no refresh-token to renew it with; log in again`,
  )
}
