import { isUrl } from './is-url.ts'

/** An OpenID Connect login, as the kubeconfig's `auth-provider` named oidc. Printing it shows no secret. */
export interface OidcProvider {
  /** `https://…`, without `/.well-known/openid-configuration`. */
  readonly issuerUrl: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly idToken?: string
  /** Absent: there is an end once the id-token has expired. */
  readonly refreshToken?: string
  /** PEM; the only authorities trusted for the issuer. */
  readonly ca?: string
  /** Where the login was read from. */
  readonly origin?: {
    readonly file: string
    /** Such as `users[0].user`. */
    readonly field: string
  }
}

/** A refresh token over http would be anybody's, so that an issuer must have TLS, whatever client-go says. */
export function isIssuerUrl(url: unknown): url is string {
  if (typeof url !== 'string') return false
  return /^https:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(url) && isUrl(url)
}

/**
 * Checks a login that no kubeconfig loader has checked.
 *
 * @throws {TypeError | RangeError} what makes it none; no value is shown
 */
export function checkOidcProvider(provider: unknown): OidcProvider {
  if (typeof provider !== 'object' || provider === null) {
    throw new TypeError('auth.oidc must be an object')
  }
  const { issuerUrl, ...rest } = provider as Record<keyof OidcProvider, unknown>
  if (!isIssuerUrl(issuerUrl)) {
    throw new RangeError('auth.oidc.issuerUrl must look like https://host[:port][/path]')
  }
  if (typeof rest.clientId !== 'string' || rest.clientId === '') {
    throw new TypeError('auth.oidc.clientId must be a string')
  }
  for (const name of ['clientSecret', 'idToken', 'refreshToken', 'ca'] as const) {
    if (rest[name] !== undefined && typeof rest[name] !== 'string') {
      throw new TypeError(`auth.oidc.${name} must be a string`)
    }
  }
  return provider as OidcProvider
}
