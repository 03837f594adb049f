import { FieldError } from '../auth/field-error.ts'
import { isUrl } from '../auth/is-url.ts'

/**
 * A proxy's URL with its scheme in lower case.
 *
 * @throws {RangeError} not an `http`, `https` or `socks5` URL; the message never shows it, since it may hold a password
 */
export function parseProxyUrl(url: string, field = 'proxyUrl'): string {
  const match = /^(https?|socks5):\/\/(?=[^/?#])/i.exec(url)
  // Go lets a host escape what is not ASCII, and nothing else.
  const [, authority = ''] = /^[^/]*\/\/([^/?#]*)/.exec(url) ?? []
  const escapes = /%[0-7]/.test(authority.slice(authority.lastIndexOf('@') + 1))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (match === null || escapes || /[\s\u0000-\u001f\u007f]/.test(url) || !isUrl(url)) {
    throw new FieldError(field, 'must start with http://, https:// or socks5:// and name a host')
  }
  return url.replace(match[0], match[0].toLowerCase())
}
