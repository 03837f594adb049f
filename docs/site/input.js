import { decodeFrame, parseTrace } from '../../dist/protocol/index.js'

/**
 * The events in what somebody pasted: a trace, or messages as hex bytes.
 * @throws {SyntaxError} it is neither
 */
export function eventsOf(text, subprotocol) {
  return text.trimStart().startsWith('{') ? parseTrace(text) : hexEvents(text, subprotocol)
}

const unknown = {
  kind: 'exec',
  namespace: '?',
  pod: '?',
  container: null,
  stdin: false,
  stdout: false,
  stderr: false,
  tty: false,
}

function hexEvents(text, subprotocol) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) throw new SyntaxError('there is nothing to decode')
  const opening = { type: 'open', time: 0, version: 1, started: '', subprotocol, request: unknown }
  return [opening, ...lines.map((line, index) => hexEvent(line, index, subprotocol))]
}

function hexEvent(line, index, subprotocol) {
  const [, arrow, digits] = /^\s*([<>]?)(.*)$/s.exec(line)
  const compact = digits.replace(/0x|[\s:,]/gi, '')
  if (!/^(?:[0-9a-f]{2})*$/i.test(compact)) {
    throw new SyntaxError(`line ${index + 1} is neither a trace's nor hex bytes`)
  }
  const pairs = compact.match(/../g) ?? []
  const message = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
  const channel = decodeFrame(message, subprotocol)?.channel ?? null
  const size = Math.max(0, message.length - 1)
  const direction = arrow === '>' ? 'out' : 'in'
  // Bytes have no time; their order stands for it.
  return { type: 'message', time: index, direction, channel, size, message }
}
