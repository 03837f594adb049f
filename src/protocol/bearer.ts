import { encodeBase64 } from './base64.ts'

const encoder = /* @__PURE__ */ new TextEncoder()

/**
 * A bearer token as a subprotocol, for where a WebSocket cannot have headers, such as in browsers. Offer it beside the
 * one to be spoken; a server takes it out of the list before it chooses, and never answers with it
 * (apiserver, authentication/request/websocket/protocol.go).
 * @throws {TypeError} not a string
 * @throws {RangeError} empty, which no server takes for a token, or half a surrogate pair, which is no text
 */
export function bearerSubprotocol(token: string): string {
  if (typeof token !== 'string') throw new TypeError('the token must be a string')
  if (token === '' || /\p{Surrogate}/u.test(token)) {
    throw new RangeError('the token is empty or no text')
  }
  const characters: Readonly<Record<string, string>> = { '+': '-', '/': '_', '=': '' }
  const base64 = encodeBase64(encoder.encode(token))
  return `base64url.bearer.authorization.k8s.io.${base64.replace(/[+/=]/g, (found) => characters[found] as string)}`
}
