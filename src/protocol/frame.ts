import { decodeBase64, encodeBase64 } from './base64.ts'
import { Channel } from './channel.ts'
import { isBase64, Subprotocol } from './subprotocol.ts'
import type { Violation } from './violation.ts'

/** One WebSocket message as it goes over the wire: a string is a text message. */
export type Message = Uint8Array | string

export interface Frame {
  /** 0 to 255; not every number is a `Channel`. */
  readonly channel: number
  /** Of a binary message a view, not a copy; empty when the message had no payload. */
  readonly payload: Uint8Array
}

/**
 * The most stdin that one message should carry, in bytes: what Go's copy loop uses on the other side. A server reads a
 * message whole before it handles it, and closes the connection over 32 MiB (golang.org/x/net/websocket).
 */
export const maxStdinPayload: number = 32 * 1024

/**
 * A message for a channel.
 * @param subprotocol default: one of the binary ones, which are all alike
 * @throws {RangeError} the channel is not a byte, and would reach the server as another one
 */
export function encodeFrame(
  channel: number,
  payload: Uint8Array,
  subprotocol?: Exclude<Subprotocol, 'v4.base64.channel.k8s.io' | 'base64.channel.k8s.io'>,
): Uint8Array<ArrayBuffer>
export function encodeFrame(
  channel: number,
  payload: Uint8Array,
  subprotocol: Subprotocol,
): Uint8Array<ArrayBuffer> | string
export function encodeFrame(
  channel: number,
  payload: Uint8Array,
  subprotocol: Subprotocol = Subprotocol.V5,
): Uint8Array<ArrayBuffer> | string {
  if ((channel & 0xff) !== channel) {
    throw new RangeError(`a channel is an integer from 0 to 255, not ${channel}`)
  }
  if (isBase64(subprotocol)) return channelCharacter(channel) + encodeBase64(payload)
  const message = new Uint8Array(payload.length + 1)
  message[0] = channel
  message.set(payload, 1)
  return message
}

/**
 * The channel and payload of a message; `null` for an empty one, which carries nothing and is to be ignored.
 * A text message on a binary subprotocol, a binary one on a base64 subprotocol and invalid base64 are violations.
 */
export function decodeFrame(
  message: Message,
  subprotocol: Subprotocol = Subprotocol.V5,
): Frame | Violation | null {
  if (message.length === 0) return null
  if (isBase64(subprotocol)) return decodeBase64Frame(message)
  if (typeof message === 'string') {
    return {
      violation: 'text message',
      description: `the server sent a text message, which ${subprotocol} does not have`,
    }
  }
  return { channel: message[0] as number, payload: message.subarray(1) }
}

function decodeBase64Frame(message: Message): Frame | Violation | null {
  if (typeof message !== 'string') {
    return {
      violation: 'binary message',
      description: 'the server sent a binary message on a base64 subprotocol',
    }
  }
  const character = message.charCodeAt(0)
  const payload = decodeBase64(message.slice(1))
  // A character above a byte stands for no channel; cut down to a byte it could pass for stdout.
  if (payload === null || character > 0xff) {
    return { violation: 'base64', description: 'the server sent a message that is not base64' }
  }
  return { channel: (character - zero) & 0xff, payload }
}

const zero = 0x30

/** Go writes '0' + channel as a byte: it leaves the digits behind 9, and wraps around behind 207. */
function channelCharacter(channel: number): string {
  return String.fromCharCode((zero + channel) & 0xff)
}

/**
 * The v5 message that ends a channel: exactly two bytes (apimachinery, wsstream/conn.go). Any other length, and a
 * channel over 4, makes the server drop the connection, so the channel is checked here.
 * @throws {RangeError} not a channel of a session
 */
export function encodeClose(
  channel: Exclude<Channel, typeof Channel.Close>,
): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(channel) || channel < Channel.Stdin || channel > Channel.Resize) {
    throw new RangeError(`channel ${channel} cannot be closed: it must be an integer from 0 to 4`)
  }
  return Uint8Array.of(Channel.Close, channel)
}
