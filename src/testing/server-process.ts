import type { Readable, Writable } from 'node:stream'
import type { Status, TerminalSize } from '../protocol/index.ts'

/** A process as its code in the test server sees it. */
export interface ServerProcess {
  /** The argv; empty for an attach. */
  readonly command: readonly string[]
  /** The container's name. */
  readonly container: string
  readonly tty: boolean
  /** Ends when the client ends its stdin or leaves; at once when stdin was not asked for. */
  readonly stdin: Readable
  /** Takes the output; what the client did not ask for is discarded. Its backpressure is the client's. */
  readonly stdout: Writable
  /** Discarded when there is a tty, as Kubernetes does. */
  readonly stderr: Writable
  /** The terminal's sizes as they arrive; ends with the connection. Nothing comes without a tty. */
  readonly sizes: AsyncIterable<TerminalSize>
  /**
   * Aborted when the server closes, and for an attach when the client leaves. A client that leaves an exec only ends
   * its stdin: a real process is not told either.
   */
  readonly signal: AbortSignal
}

/**
 * A program in a container, as a function: what it returns is its exit code, nothing is 0. A `Status` goes to the
 * client as it is; an error thrown becomes the runtime's `InternalError` with its message.
 */
export type ProcessHandler = (
  process: ServerProcess,
) => number | Status | undefined | Promise<number | Status | undefined> | Promise<void> | void
