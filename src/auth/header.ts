import { AuthError } from '../errors.ts'

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Latin-1 without control characters: what Node and every server take in a header.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
// What the upgrade itself sets.
const RESERVED = /^(?:host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i

// Go sends a token or a user's name in UTF-8, and its servers read it as that.
const TEXT = /^[\t\x20-\x7e\u0080-\ud7ff\ue000-\u{10ffff}]*$/u

/** Whether a header can hold a text in UTF-8. */
export function isHeaderText(text: string): boolean {
  return TEXT.test(text)
}

/** A text as the header that carries it in UTF-8: Node writes each character of a header as one byte. */
export function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/**
 * @param what names the value in the error, which never shows it
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: the text would break or split a header
 */
export function checkHeaderText(text: unknown, what: string): string {
  if (typeof text === 'string' && isHeaderText(text)) return text
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    `${what} cannot be sent in a header: it must be a string without line breaks and control characters`,
  )
}

/**
 * @param what names the value in the error, which never shows it
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: the value would break or split a header
 */
export function checkHeaderValue(value: unknown, what: string): string {
  if (typeof value === 'string' && VALUE.test(value)) return value
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    `${what} cannot be sent in a header: it must be a string without line breaks, control and non-Latin-1 characters`,
  )
}

/** @throws {AuthError} `ERR_CREDENTIALS_INVALID`: not a header that a credential may set */
export function checkHeaderName(name: string): string {
  if (NAME.test(name) && !RESERVED.test(name)) return name
  throw new AuthError(
    'ERR_CREDENTIALS_INVALID',
    'a credential sets a header whose name is malformed or belongs to the WebSocket handshake',
  )
}
