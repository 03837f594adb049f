import type { Subprotocol } from '../../src/protocol/index.ts'
import { decodeFrame } from '../../src/protocol/index.ts'
import type { Step } from './messages.ts'
import { hex, messageOf } from './messages.ts'

/** Section 10 of docs/PROTOCOL.md, for tests: what a port-forward by channels comes to. */
export function forwardEvents(
  subprotocol: Subprotocol,
  ports: readonly number[],
  steps: readonly Step[],
): object[] {
  const events: object[] = []
  const named = new Set<number>()
  for (const [step, what] of steps.entries()) {
    if ('lost' in what) return [...events, { step, lost: true }]
    if ('close' in what) {
      return [...events, { step, [what.close[0] === 1000 ? 'end' : 'lost']: true }]
    }
    const frame = decodeFrame(messageOf(what), subprotocol)
    if (frame === null) continue
    if ('violation' in frame) return [...events, { step, violation: frame.violation }]
    const { channel, payload } = frame
    const port = ports[channel >> 1]
    if (port === undefined || payload.length === 0) continue
    const isData = channel % 2 === 0
    if (!named.has(channel)) {
      named.add(channel)
      const right = payload.length === 2 && payload[0] === (port & 0xff) && payload[1] === port >> 8
      if (!right) return [...events, { step, violation: 'port' }]
      if (isData) events.push({ step, port, open: true })
    } else if (isData) events.push({ step, port, data: hex(payload) })
    else events.push({ step, port, error: new TextDecoder().decode(payload) })
  }
  return events
}
