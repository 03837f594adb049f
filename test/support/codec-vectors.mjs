// Runs vectors of fixtures/vectors in any runtime, with nothing of Node's: in a browser, too.
import { decodeFrame, encodeFrame, SessionDecoder } from 'podwire/protocol'

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const bytesOf = (text) =>
  Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  )
const messageOf = ({ text, binary }) => text ?? bytesOf(binary)
const sent = (message) =>
  typeof message === 'string' ? { text: message } : { binary: hex(message) }

const answers = {
  encode({ subprotocol, channel, payload }) {
    try {
      return { message: sent(encodeFrame(channel, bytesOf(payload), subprotocol)) }
    } catch {
      return { error: true }
    }
  },
  decode({ subprotocol, message }) {
    const frame = decodeFrame(messageOf(message), subprotocol)
    if (frame === null) return { ignored: true }
    if ('violation' in frame) return { violation: frame.violation }
    return { channel: frame.channel, payload: hex(frame.payload) }
  },
  session({ subprotocol, steps }) {
    const session = new SessionDecoder(subprotocol)
    const events = []
    let known = false
    for (const [step, what] of steps.entries()) {
      const [code, reason] = what.close ?? [1006, '']
      const ends = what.lost || what.close
      const event = ends ? session.end({ code, reason }) : session.decode(messageOf(what))
      if (event?.type === 'output') {
        events.push({ step, [event.channel === 1 ? 'stdout' : 'stderr']: hex(event.payload) })
      } else if (event !== null) {
        known = true
        const { violation, outcome } = event
        if (violation) events.push({ step, violation: violation.violation })
        else if (outcome.kind === 'exit') events.push({ step, exit: outcome.exitCode })
        else events.push({ step, failure: outcome.status.message ?? null })
      } else if (ends && !known) events.push({ step, unknown: true })
    }
    return { events }
  },
}

/** How many vectors there were, and the names of those with another answer. */
export function check(vectors) {
  const wrong = vectors.filter(({ id, input, expected }) => {
    const answer = answers[id.split('/')[0]](input)
    return JSON.stringify(answer) !== JSON.stringify(expected)
  })
  return { count: vectors.length, wrong: wrong.map(({ id }) => id) }
}
