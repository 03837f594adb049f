import { Channel } from './channel.ts'
import type { Message } from './frame.ts'
import { decodeFrame } from './frame.ts'
import type { Outcome, StatusResult } from './status.ts'
import type { ConnectionEnd } from './status-reader.ts'
import { StatusReader } from './status-reader.ts'
import type { Subprotocol } from './subprotocol.ts'
import { isBase64 } from './subprotocol.ts'
import type { Violation } from './violation.ts'

/** What a message of an exec or attach session brought. */
export type SessionEvent =
  | {
      readonly type: 'output'
      readonly channel: typeof Channel.Stdout | typeof Channel.Stderr
      /** Never empty; of a binary message a view, not a copy. */
      readonly payload: Uint8Array
    }
  /** The command's end as the server tells it; final, whatever happens to the connection afterwards. */
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  /** The session cannot be trusted any more. */
  | { readonly type: 'violation'; readonly violation: Violation }

/**
 * The client's side of an exec or attach session without any I/O: messages in, events out.
 *
 * There is at most one outcome or violation. Output can still come behind an outcome, because nothing on the server's
 * side orders the two; all is said when the connection has ended. Ignored and counted are empty messages, empty payloads
 * (the first message of every session is one), channels that carry nothing to a client, everything behind a violation
 * and all but output behind an outcome.
 */
export class SessionDecoder {
  readonly subprotocol: Subprotocol
  readonly #status: StatusReader
  readonly #isBinary: boolean
  #state: 'open' | 'known' | 'violated' = 'open'
  #ignored = 0

  constructor(subprotocol: Subprotocol) {
    this.subprotocol = subprotocol
    this.#isBinary = !isBase64(subprotocol)
    this.#status = new StatusReader(subprotocol)
  }

  /** How many messages meant nothing. */
  get ignored(): number {
    return this.#ignored
  }

  /** Takes one message; `null` when it means nothing (yet). */
  decode(message: Message): SessionEvent | null {
    if (this.#state === 'violated') return this.#ignore()
    // Nearly all messages, and those that come by the million: nothing is made for them but the event.
    if (this.#isBinary && typeof message !== 'string' && message.length > 1) {
      const channel = message[0]
      if (channel === Channel.Stdout || channel === Channel.Stderr) {
        return { type: 'output', channel, payload: message.subarray(1) }
      }
    }
    const frame = decodeFrame(message, this.subprotocol)
    if (frame === null) return this.#ignore()
    if ('violation' in frame) return this.#settle(frame)
    const { channel, payload } = frame
    if (payload.length === 0) return this.#ignore()
    if (channel === Channel.Stdout || channel === Channel.Stderr) {
      return { type: 'output', channel, payload }
    }
    return channel === Channel.Status ? this.#settle(this.#status.read(payload)) : this.#ignore()
  }

  /** Takes the end of the connection; `null` when it says no more than is known, which is never a success. */
  end(end: ConnectionEnd): SessionEvent | null {
    return this.#state === 'open' ? this.#settle(this.#status.end(end)) : null
  }

  #settle(result: StatusResult | null): SessionEvent | null {
    if (this.#state !== 'open') return this.#ignore()
    if (result === null) return null
    if ('violation' in result) {
      this.#state = 'violated'
      return { type: 'violation', violation: result }
    }
    this.#state = 'known'
    return { type: 'outcome', outcome: result }
  }

  #ignore(): null {
    this.#ignored += 1
    return null
  }
}
