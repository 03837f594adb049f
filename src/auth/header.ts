import { AuthError } from '../errors.ts'

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Latin-1 without control characters: what Node and every server take in a header.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
// What the upgrade itself sets.
const RESERVED = /^(?:host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i

export function isHeaderValue(value: string): boolean {
  return VALUE.test(value)
}

/**
 * @param what names the value in the error, which never shows it
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: the value would break or split a header
 */
export function checkHeaderValue(value: unknown, what: string): string {
  if (typeof value === 'string' && isHeaderValue(value)) return value
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    `${what} cannot be sent in a header: it must be a string without line breaks, control and non-Latin-1 characters.`,
  )
}

/** @throws {AuthError} `ERR_CREDENTIALS_INVALID`: not a header that a credential may set */
export function checkHeaderName(name: string): string {
  if (NAME.test(name) && !RESERVED.test(name)) return name
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    'A credential sets a header whose name is malformed or belongs to the WebSocket handshake.',
  )
}
