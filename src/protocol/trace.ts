import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Message } from './frame.ts'
import { decodeFrame } from './frame.ts'
import type { Subprotocol } from './subprotocol.ts'
import { isSubprotocol } from './subprotocol.ts'

/** What was asked for; the command is left out, because arguments hold secrets. */
export interface TraceRequest {
  readonly kind: 'exec' | 'attach'
  readonly namespace: string
  readonly pod: string
  readonly container: string | null
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** Something that happened on a session's WebSocket; `time` is in milliseconds since it opened. */
export type TraceEvent =
  /** Always the first, and only that. */
  | {
      readonly type: 'open'
      readonly time: number
      /** Of the format. */
      readonly version: 1
      /** The date and time of day, as ISO 8601. */
      readonly started: string
      readonly subprotocol: Subprotocol
      readonly request: TraceRequest
    }
  | {
      readonly type: 'message'
      readonly time: number
      readonly direction: TraceDirection
      /** `null` when the message is empty or breaks the subprotocol. */
      readonly channel: number | null
      /** Of the payload as it travels, in bytes, which base64 makes a third longer. */
      readonly size: number
      /** Absent in a trace of sizes. */
      readonly message?: Message
    }
  | {
      readonly type: 'ping' | 'pong'
      readonly time: number
      readonly direction: TraceDirection
    }
  /** Our own close frame. */
  | { readonly type: 'close'; readonly time: number }
  /** Always the last. */
  | {
      readonly type: 'end'
      readonly time: number
      /** As in RFC 6455, section 7.4; 1006 without a close frame. */
      readonly code: number
      readonly reason: string
      /** What went wrong with the connection; `null`: nothing. */
      readonly error: string | null
    }

/** `in`: from the server. */
export type TraceDirection = 'in' | 'out'

/** The event of one message. */
export function traceMessage(
  time: number,
  direction: TraceDirection,
  message: Message,
  subprotocol: Subprotocol,
): TraceEvent {
  const frame = decodeFrame(message, subprotocol)
  const channel = frame === null || 'violation' in frame ? null : frame.channel
  const size = Math.max(0, message.length - 1)
  return { type: 'message', time, direction, channel, size, message }
}

/** One line of a trace, without its end. @param sizes whether only the sizes of messages are kept */
export function formatTraceEvent(event: TraceEvent, sizes = false): string {
  const time = Math.round(event.time * 1000) / 1000
  if (event.type !== 'message') return JSON.stringify({ ...event, time })
  const { message, ...rest } = event
  return JSON.stringify({ ...rest, time, ...(!sizes && message !== undefined && content(message)) })
}

function content(message: Message): { text: string } | { bytes: string } {
  return typeof message === 'string' ? { text: message } : { bytes: encodeBase64(message) }
}

/**
 * The events of a trace; empty lines are skipped, and what is unknown in a line is left out.
 * @throws {SyntaxError} a line that is no event, an opening that is missing or comes twice, another version
 */
export function parseTrace(text: string): TraceEvent[] {
  const events: TraceEvent[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const event = eventOf(line)
    if (event === null) throw new SyntaxError(`line ${index + 1} of the trace is not an event`)
    if ((event.type === 'open') !== (events.length === 0)) {
      throw new SyntaxError(`line ${index + 1} of the trace: the opening comes first, and once`)
    }
    events.push(event)
  }
  if (events.length === 0) throw new SyntaxError('the trace is empty')
  return events
}

type Json = Readonly<Record<string, unknown>>

function eventOf(line: string): TraceEvent | null {
  const json = objectOf(line)
  if (json === null || !isAmount(json['time'])) return null
  const { type, time, direction } = json
  const isDirected = direction === 'in' || direction === 'out'
  switch (type) {
    case 'open':
      return opening(json, time)
    case 'message':
      return isDirected ? messageEvent(json, time, direction) : null
    case 'ping':
    case 'pong':
      return isDirected ? { type, time, direction } : null
    case 'close':
      return { type, time }
    case 'end':
      return ending(json, time)
    default:
      return null
  }
}

function objectOf(line: string): Json | null {
  try {
    const json: unknown = JSON.parse(line)
    return typeof json === 'object' && json !== null ? (json as Json) : null
  } catch {
    return null
  }
}

function opening(json: Json, time: number): TraceEvent | null {
  const { version, started, subprotocol } = json
  const request = requestOf(json['request'])
  if (version !== 1 || typeof started !== 'string' || request === null) return null
  return isSubprotocol(subprotocol)
    ? { type: 'open', time, version, started, subprotocol, request }
    : null
}

function requestOf(json: unknown): TraceRequest | null {
  if (typeof json !== 'object' || json === null) return null
  const { kind, namespace, pod, container, stdin, stdout, stderr, tty } = json as Json
  if (kind !== 'exec' && kind !== 'attach') return null
  if (typeof namespace !== 'string' || typeof pod !== 'string') return null
  if (typeof container !== 'string' && container !== null) return null
  if (typeof stdin !== 'boolean' || typeof stdout !== 'boolean') return null
  if (typeof stderr !== 'boolean' || typeof tty !== 'boolean') return null
  return { kind, namespace, pod, container, stdin, stdout, stderr, tty }
}

function messageEvent(json: Json, time: number, direction: TraceDirection): TraceEvent | null {
  const { channel, size, text, bytes } = json
  if (!isCount(size) || !(channel === null || (isCount(channel) && channel <= 255))) return null
  const event = { type: 'message', time, direction, channel, size } as const
  if (typeof text === 'string') return { ...event, message: text }
  if (bytes === undefined) return event
  const message = typeof bytes === 'string' ? decodeBase64(bytes) : null
  return message === null ? null : { ...event, message }
}

function ending(json: Json, time: number): TraceEvent | null {
  const { code, reason, error } = json
  if (!isCount(code) || typeof reason !== 'string') return null
  return typeof error === 'string' || error === null
    ? { type: 'end', time, code, reason, error }
    : null
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && isAmount(value)
}
