import { Channel } from './channel.ts'
import type { Message } from './frame.ts'
import { decodeFrame } from './frame.ts'
import type { SessionEvent } from './session-decoder.ts'
import { SessionDecoder } from './session-decoder.ts'
import type { Subprotocol } from './subprotocol.ts'
import type { TraceDirection, TraceEvent, TraceRequest } from './trace.ts'

/** One event of a trace, for people. */
export interface TimelineRow {
  /** Milliseconds since the session opened. */
  readonly time: number
  readonly direction: TraceDirection | null
  /** Such as `stdout`, `status` or `ping`. */
  readonly what: string
  /** Of a message's payload as it travels, in bytes. */
  readonly size: number | null
  /** What it means: text without control characters, an exit code, a reason; empty when there is nothing to say. */
  readonly detail: string
}

type MessageEvent = Extract<TraceEvent, { readonly type: 'message' }>

/** The rows of a trace, as a client reads the session. */
export function timeline(events: readonly TraceEvent[]): TimelineRow[] {
  const [opening] = events
  const subprotocol = opening?.type === 'open' ? opening.subprotocol : 'v5.channel.k8s.io'
  const decoder = new SessionDecoder(subprotocol)
  return events.map((event) => rowOf(event, decoder))
}

function rowOf(event: TraceEvent, decoder: SessionDecoder): TimelineRow {
  const row = { time: event.time, direction: null, what: event.type, size: null, detail: '' }
  switch (event.type) {
    case 'open':
      return { ...row, detail: `${requestText(event.request)}, ${event.subprotocol}` }
    case 'message':
      return messageRow(event, decoder)
    case 'ping':
    case 'pong':
      return { ...row, direction: event.direction }
    case 'close':
      return { ...row, direction: 'out' }
    case 'end':
      return { ...row, detail: endText(event, decoder) }
  }
}

function messageRow(event: MessageEvent, decoder: SessionDecoder): TimelineRow {
  const { time, direction, channel, size, message } = event
  const detail =
    message === undefined
      ? ''
      : direction === 'in'
        ? inboundText(message, decoder)
        : outboundText(message, decoder.subprotocol)
  return { time, direction, what: channelName(channel), size, detail }
}

function channelName(channel: number | null): string {
  const name = Object.entries(Channel).find(([, number]) => number === channel)?.[0]
  if (channel === null) return 'message'
  return name?.toLowerCase() ?? `channel ${channel}`
}

function inboundText(message: Message, decoder: SessionDecoder): string {
  const event = decoder.decode(message)
  return event === null ? '' : eventText(event)
}

function eventText(event: SessionEvent): string {
  if (event.type === 'output') return quoted(event.payload)
  if (event.type === 'violation') return event.violation.description
  const { outcome } = event
  return outcome.kind === 'exit'
    ? `exit code ${outcome.exitCode}`
    : `failure: ${escaped(outcome.status.message ?? outcome.status.reason ?? '')}`
}

function outboundText(message: Message, subprotocol: Subprotocol): string {
  const frame = decodeFrame(message, subprotocol)
  if (frame === null || 'violation' in frame) return ''
  if (frame.channel === Channel.Close) return `${channelName(frame.payload[0] ?? null)} ends`
  return quoted(frame.payload)
}

function requestText(request: TraceRequest): string {
  const streams = (['stdin', 'stdout', 'stderr', 'tty'] as const).filter((name) => request[name])
  const { kind, namespace, pod, container } = request
  const target = container === null ? `${namespace}/${pod}` : `${namespace}/${pod} (${container})`
  return `${kind} in ${escaped(target)}, ${streams.join(' ')}`
}

function endText(
  { code, reason, error }: Extract<TraceEvent, { readonly type: 'end' }>,
  decoder: SessionDecoder,
): string {
  const event = decoder.end({ code, reason })
  const texts = [`close code ${code}`, escaped(reason), escaped(error ?? '')]
  if (event !== null) texts.push(eventText(event))
  return texts.filter((text) => text !== '').join(', ')
}

const text = /* @__PURE__ */ new TextDecoder()
const preview = 200

function quoted(bytes: Uint8Array): string {
  const start = text.decode(bytes.subarray(0, preview))
  return `"${escaped(start)}"${bytes.length > preview ? '…' : ''}`
}

const named: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
}

/** Nothing that would speak to a terminal or turn the line around. */
function escaped(line: string): string {
  return line.replace(
    /[\p{C}\p{Zl}\p{Zp}\\]/gu,
    (character) => named[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
