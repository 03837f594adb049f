import type { RequestEvent, Trace } from '../index.ts'
import { printable } from '../protocol/printable.ts'

const channels = ['stdin', 'stdout', 'stderr', 'status', 'resize']

/** From which level on requests are told of, as by kubectl, and each message of a session. */
const level = { requests: 6, messages: 8 }

/** The line for a request; none below level 6. */
export function requestNotes(verbosity = 0): ((event: RequestEvent) => void) | undefined {
  if (verbosity < level.requests) return undefined
  return ({ url, subprotocol, httpStatus, milliseconds }) => {
    const offer = subprotocol === null ? '' : ` (${subprotocol})`
    tell(`GET ${url}${offer} ${httpStatus ?? 'no answer'} in ${milliseconds.toFixed(0)} ms`)
  }
}

/** A line per event of a session, sizes instead of contents; only its beginning and end below level 8. */
export function sessionNotes(verbosity = 0): Trace | undefined {
  if (verbosity < level.requests) return undefined
  return (event) => {
    const time = `${event.time.toFixed(1)} ms`
    if (event.type === 'open') {
      tell(`session open: ${event.subprotocol}`)
    } else if (event.type === 'end') {
      const { code, reason, error } = event
      const why = [reason, error ?? ''].filter((text) => text !== '').map(printable)
      tell(`session ended after ${time}: ${[`close code ${code}`, ...why].join(', ')}`)
    } else if (verbosity >= level.messages) {
      const arrow = event.type === 'close' || event.direction === 'out' ? '->' : '<-'
      tell(`${time} ${arrow} ${what(event)}`)
    }
  }
}

function what(event: Exclude<Parameters<Trace>[0], { type: 'open' | 'end' }>): string {
  if (event.type !== 'message') return event.type
  const { channel, size } = event
  const name = channel === null ? 'no channel' : (channels[channel] ?? `channel ${channel}`)
  return `${name}, ${size} bytes`
}

/** One trace for both. */
export function bothTraces(first: Trace | undefined, second: Trace | undefined): Trace | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return (event) => {
    first(event)
    second(event)
  }
}

function tell(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`)
}
