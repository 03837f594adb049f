import type { Subprotocol } from '../protocol/index.ts'
import { encodeFrame as encode } from '../protocol/index.ts'

export { Channel } from '../protocol/index.ts'

/** A message for a channel. @param subprotocol '' when none was offered: binary, as v1 */
export function encodeFrame(
  channel: number,
  payload: Uint8Array,
  subprotocol: Subprotocol | '',
): Uint8Array | string {
  return encode(channel, payload, subprotocol === '' ? 'channel.k8s.io' : subprotocol)
}

export function isBase64Subprotocol(subprotocol: Subprotocol | ''): boolean {
  return subprotocol === 'v4.base64.channel.k8s.io' || subprotocol === 'base64.channel.k8s.io'
}

/** The bytes of a base64 payload; `null` for one that Go's `StdEncoding` refuses and the server drops. */
export function decodeBase64Payload(text: Buffer): Buffer | null {
  const compact = text.toString('latin1').replace(/[\r\n]/g, '')
  const standard = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  return standard.test(compact) ? Buffer.from(compact, 'base64') : null
}
