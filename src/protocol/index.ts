/**
 * The channel protocol of Kubernetes exec and attach: pure functions and state machines over bytes.
 * Runs wherever `TextDecoder` and `URLSearchParams` do: Node, browsers, Deno, Bun, workers.
 * @module
 */
export { bearerSubprotocol } from './bearer.ts'
export { Channel } from './channel.ts'
export type { Frame, Message } from './frame.ts'
export { decodeFrame, encodeClose, encodeFrame, maxStdinPayload } from './frame.ts'
export type { AttachRequest, ExecRequest, PodReference, RequestedStreams } from './request.ts'
export { attachPath, execPath, podPath, podsPath } from './request.ts'
export type { TerminalSize } from './resize.ts'
export { encodeResize } from './resize.ts'
export type { SessionEvent } from './session-decoder.ts'
export { SessionDecoder } from './session-decoder.ts'
export type { Outcome, Status, StatusCause, StatusDetails, StatusMetadata } from './status.ts'
export { decodeStatus, exitCodeOf } from './status.ts'
export type { ConnectionEnd } from './status-reader.ts'
export type { SessionNeeds, SubprotocolChoice } from './subprotocol.ts'
export {
  chooseSubprotocol,
  isSubprotocol,
  mustRequestStdin,
  Subprotocol,
  subprotocols,
  supportsClose,
} from './subprotocol.ts'
export type { TimelineRow } from './timeline.ts'
export { timeline } from './timeline.ts'
export type { TraceDirection, TraceEvent, TraceRequest } from './trace.ts'
export { formatTraceEvent, parseTrace } from './trace.ts'
export type { Violation } from './violation.ts'
