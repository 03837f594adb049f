import type { Subprotocol } from '../../src/index.ts'

/** What an operation comes to under a fault, as the protocol and the promises of podwire have it. */
export type Expected = (
  | {
      readonly outcome: 'exit'
      readonly exitCode: number
    }
  | {
      readonly outcome: 'error'
      readonly error: string
      readonly code: string
      /** Where the error has them. */
      readonly closeCode?: number
      readonly httpStatus?: number
    }
  /** It went on until the caller had enough. */
  | { readonly outcome: 'aborted' }
) & {
  /** All that the command prints, its first bytes, or any number of them (a reset may take some along). */
  readonly output: 'all' | 'any' | number
  /** Milliseconds, on a busy machine. */
  readonly within: number
  /**
   * Whether the connection may also be lost, with any beginning of the output: a server that ends a session while stdin
   * is on its way answers that with a reset, which can overtake its last words.
   */
  readonly orLost?: boolean
}

/** One fault, one operation, one protocol. */
export interface Cell {
  readonly fault: string
  readonly operation: string
  readonly verify: boolean
  readonly subprotocol: Subprotocol
}

export const v5: Subprotocol = 'v5.channel.k8s.io'
export const v4: Subprotocol = 'v4.channel.k8s.io'
export const v1: Subprotocol = 'channel.k8s.io'
export const v4Base64: Subprotocol = 'v4.base64.channel.k8s.io'
export const v1Base64: Subprotocol = 'base64.channel.k8s.io'

export const nameOf = ({ fault, operation, verify, subprotocol }: Cell): string =>
  `${fault} | ${operation}${verify ? ', verified' : ''} | ${subprotocol.replace('.channel.k8s.io', '').replace('channel.k8s.io', 'v1')}`
