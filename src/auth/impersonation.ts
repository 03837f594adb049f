import { AuthError } from '../errors.ts'
import { checkHeaderText, headerText } from './header.ts'

/** Who to act as; the server must allow it to whoever the credentials name. */
export interface Impersonation {
  readonly user: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

const UNESCAPED = /[!#$&'*+.^_`|~0-9A-Za-z-]/

/**
 * The request headers for an impersonation; a list is one header line per item.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: no user, or a value that no header can hold
 */
export function impersonationHeaders(
  impersonate: Impersonation | undefined,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  if (impersonate === undefined) return headers
  const { user, uid = '', groups = [], extra = {} } = impersonate
  const extras = Object.entries(extra)
  if (typeof user !== 'string' || user === '') {
    if (uid === '' && groups.length === 0 && extras.length === 0) return headers
    throw new AuthError(
      'ERR_CREDENTIALS_INVALID',
      'impersonating a uid, groups or extra values needs a user to impersonate: set impersonate.user',
    )
  }
  headers['Impersonate-User'] = headerOf(user, 'impersonate.user')
  if (uid !== '') headers['Impersonate-Uid'] = headerOf(uid, 'impersonate.uid')
  if (groups.length > 0) {
    headers['Impersonate-Group'] = groups.map((group) =>
      headerOf(group, 'a value of impersonate.groups'),
    )
  }
  for (const [key, values] of extras) {
    // Lower case, as the server makes it: keys that differ in case alone are one header with all their values.
    const name = `Impersonate-Extra-${escapeKey(key).toLowerCase()}`
    const checked = values.map((v) => headerOf(v, 'a value of impersonate.extra'))
    if (checked.length > 0) headers[name] = [...(headers[name] ?? []), ...checked]
  }
  return headers
}

function headerOf(text: unknown, what: string): string {
  return headerText(checkHeaderText(text, what))
}

/** client-go percent-encodes what is no token character, and the percent sign (round_trippers.go). */
function escapeKey(key: string): string {
  return Array.from(Buffer.from(key, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte)
    return UNESCAPED.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}
