import { AuthError } from '../errors.ts'

/** Milliseconds before its expiry from which an id-token is not used, as in client-go (oidc.go). */
const LEEWAY = 10_000

/**
 * Until when an id-token is good; one that does not say is not. Its signature is the server's business.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: not a JWT
 */
export function usableUntil(idToken: string): Date {
  const parts = idToken.split('.')
  const claims = parts.length === 3 ? decode(parts[1] ?? '') : undefined
  if (typeof claims !== 'object' || claims === null) {
    throw new AuthError(
      'ERR_CREDENTIALS_INVALID',
      'the id-token of the OIDC login is not a JWT; log in again',
    )
  }
  const { exp } = claims as { readonly exp?: unknown }
  return new Date(typeof exp === 'number' ? Math.min(exp * 1000, 8.64e15) - LEEWAY : 0)
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    // The parser's message would quote the claims.
    return undefined
  }
}
