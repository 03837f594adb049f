import type { ConnectionEnd, Message, Subprotocol } from '../protocol/index.ts'

/** An open WebSocket as a session sees it. */
export interface Socket {
  /** The subprotocol that was offered and answered. */
  readonly subprotocol: Subprotocol
  /** Bytes received so far, of whatever kind: any more of them is a sign of life. */
  readonly bytesRead: number
  /** Bytes of what was sent that are still in this process; `Infinity` when nothing is taken any more. */
  readonly backlog: number
  /** Sends one message, unfragmented. Dropped once nothing is taken any more. */
  send(message: Message): void
  /** Sends a ping; its pong tells that the first hop has taken everything sent before it. */
  ping(payload: string): void
  /** Stops reading; messages that were already read may still arrive. */
  pause(): void
  resume(): void
  /** Says goodbye with a close frame; the TCP connection is cut when no answer came within a second. */
  close(): void
  /** Cuts the TCP connection. */
  terminate(cause?: Error): void
  /** Whether the server answers a request on a connection of its own. */
  readonly probe: Probe
}

/** Looks for an answer, until the signal says that it has been long enough. Never rejects. */
export type Probe = (signal: AbortSignal) => Promise<boolean>

/** How a socket ended. */
export interface SocketEnd extends ConnectionEnd {
  /** What went wrong, when the end was not a close frame. */
  readonly cause: Error | null
}

/** What happens on a socket. */
export interface SocketEvents {
  message(message: Message): void
  pong(payload: string): void
  /** There is no backlog any more. */
  drain?(): void
  /** Nothing that is sent is taken any more; what the server has sent before may still be read. */
  broken?(): void
  /** Exactly once, and last. */
  end(end: SocketEnd): void
}
