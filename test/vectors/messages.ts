import type { Message } from '../../src/protocol/index.ts'

/** A WebSocket message as the vectors write it. */
export type VectorMessage = { readonly binary: string } | { readonly text: string }

/** What a server did. */
export type Step =
  | VectorMessage
  | { readonly close: readonly [code: number, reason: string] }
  | { readonly lost: true }

export function messageOf(message: VectorMessage): Message {
  return 'text' in message ? message.text : Uint8Array.from(Buffer.from(message.binary, 'hex'))
}

export function vectorMessage(message: Message): VectorMessage {
  return typeof message === 'string' ? { text: message } : { binary: hex(message) }
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
