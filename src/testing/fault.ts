import type { Status } from '../protocol/index.ts'
import type { TestRequest } from './request-log.ts'

/**
 * Something that goes wrong, on purpose. Those of HTTP concern every request, the others exec and attach; `half-open`,
 * `reset`, `cut`, `lost-hop` (which ends the body cleanly) and `byte-by-byte` also logs and watches.
 * "Output" counts the bytes of stdout and stderr, or of the body; with `afterBytes: 0` a fault strikes right after the
 * session opened.
 */
export type Fault =
  // HTTP
  /** The request is refused. A `Status` body is sent as JSON, a string as text; default: no body. */
  | {
      readonly kind: 'refuse'
      /** HTTP status code. */
      readonly code: number
      readonly body?: Status | string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** 302 (or `code`) to another place. */
  | { readonly kind: 'redirect'; readonly location: string; readonly code?: number }
  /** TCP and TLS work, the request is never answered. */
  | { readonly kind: 'no-answer' }
  /** The upgrade is answered with this subprotocol, or with none. */
  | { readonly kind: 'wrong-subprotocol'; readonly subprotocol: string | null }
  // Silence
  /** After the upgrade neither data nor pong comes, and nothing is read: a half-open connection. */
  | { readonly kind: 'half-open' }
  /** Pings are read but not answered. */
  | { readonly kind: 'no-pong' }
  /** After so many bytes of stdin nothing is read any more, pings included. */
  | { readonly kind: 'stop-reading'; readonly afterBytes: number }
  /**
   * After a process has ended with more than 64 KiB of stdin unread the status never comes, as with containerd. Without
   * it the test server behaves like a runtime that does not wait for stdin.
   */
  | { readonly kind: 'unread-stdin' }
  // Ends
  /** A TCP reset after so many bytes of output; a later status does not come any more. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** TCP ends after so many bytes of output without a Close frame: 1006 for the client. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** `Success` and Close 1000 after so many bytes of output, while the process lives on: a lost hop on v5. */
  | { readonly kind: 'lost-hop'; readonly afterBytes: number }
  /** The process ends, and Close 1000 comes without a status. */
  | { readonly kind: 'no-status' }
  /** The process ends, and TCP ends with neither status nor Close. */
  | { readonly kind: 'abnormal-close' }
  /** The status comes, but the connection stays open. */
  | { readonly kind: 'no-close' }
  // Status
  /** The status is this text instead. Default: `{"metadata":{},"status":` */
  | { readonly kind: 'malformed-status'; readonly payload?: string }
  /** The status is cut into so many messages. Default: 2. */
  | { readonly kind: 'split-status'; readonly parts?: number }
  /** The status is `{"metadata":{}}`. */
  | { readonly kind: 'empty-status' }
  // Messages
  /** Before every message: an empty one, an empty payload on the same channel, unknown channels and a CLOSE. */
  | { readonly kind: 'noise' }
  /** The first output comes as a text message on a binary subprotocol, as a binary one on a base64 subprotocol. */
  | { readonly kind: 'wrong-opcode' }
  /** The first output of a base64 subprotocol is not base64. */
  | { readonly kind: 'invalid-base64' }
  /** One byte of payload per message. */
  | { readonly kind: 'byte-by-byte' }
  /** A message on stdout of so many bytes right after the open. Default: 33 MiB. */
  | { readonly kind: 'oversized-message'; readonly bytes?: number }
  // Recordings
  /**
   * The server does what it did in a session that was recorded, whatever the command: `trace` has the lines of
   * `formatTraceEvent`, contents included. The client must offer the same subprotocol and send as much stdin.
   */
  | { readonly kind: 'replay'; readonly trace: string }
  // Pace
  /** So many milliseconds before each message. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** At most so many bytes of payload per second. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }

/** One fault for every request, or a choice per request; `null` is none. */
export type FaultSource = Fault | ((request: TestRequest) => Fault | null) | null
