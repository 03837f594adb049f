import { AuthError } from '../errors.ts'
import type { Credential } from './credential.ts'
import { checkHeaderName, checkHeaderValue } from './header.ts'
import { redact } from './redact.ts'

/**
 * A checked copy of what a caller's function returned.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: it is not a `Credential` that can be sent
 */
export function checkCredential(value: unknown): Credential {
  if (typeof value !== 'object' || value === null) return invalid('must be an object')
  const { headers = {}, cert, key, expiresAt } = value as Record<keyof Credential, unknown>
  if (typeof headers !== 'object' || headers === null) return invalid('headers must be an object')
  if ((cert === undefined) !== (key === undefined)) return invalid('cert and key go together')
  if (cert !== undefined && !(isPem(cert) && isPem(key))) {
    return invalid('cert and key must be PEM, as a string or bytes')
  }
  if (expiresAt !== undefined && !(expiresAt instanceof Date && !Number.isNaN(+expiresAt))) {
    return invalid('expiresAt must be a valid Date')
  }
  const checked: Record<string, string> = Object.create(null)
  for (const [name, text] of Object.entries(headers)) {
    checked[checkHeaderName(name)] = checkHeaderValue(text, `the credential's header ${name}`)
  }
  const credential: Credential = {
    headers: checked,
    ...(isPem(cert) && isPem(key) && { cert, key }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt as Date }),
  }
  return redact(credential, ['headers', 'cert', 'key'])
}

function isPem(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function invalid(what: string): never {
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    `the auth function returned an unusable credential: ${what}`,
  )
}
