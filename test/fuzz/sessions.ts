import { Channel, decodeFrame, SessionDecoder } from '../../src/protocol/index.ts'
import { messageOf } from '../vectors/messages.ts'
import { must } from './failure.ts'
import type { Random } from './random.ts'
import type { SessionInput } from './session-input.ts'
import { sessionInput } from './session-input.ts'

const batch = 50

/** Fifty sessions through the decoder. @returns how many messages that were */
export function fuzzSessions(random: Random): number {
  let count = 0
  for (let session = 0; session < batch; session++) count += checkSession(sessionInput(random))
  return count
}

/**
 * One outcome or violation at most, nothing but output behind an outcome, nothing at all behind a violation, and no byte
 * of output lost, repeated or out of order. @returns the number of messages
 */
export function checkSession(input: SessionInput): number {
  const decoder = new SessionDecoder(input.subprotocol)
  const expected = { [Channel.Stdout]: '', [Channel.Stderr]: '' }
  const got = { [Channel.Stdout]: '', [Channel.Stderr]: '' }
  let settled: string | null = null
  for (const step of input.steps) {
    const end = 'close' in step ? { code: step.close[0], reason: step.close[1] } : endOf(step)
    const message = end === null && !('close' in step || 'lost' in step) ? messageOf(step) : null
    const event = message === null ? decoder.end(end ?? lost) : decoder.decode(message)
    if (message !== null && settled !== 'violation' && event?.type !== 'violation') {
      const frame = decodeFrame(message, input.subprotocol)
      if (frame !== null && 'payload' in frame && isOutput(frame.channel)) {
        expected[frame.channel] += Buffer.from(frame.payload).toString('hex')
      }
    }
    if (event === null) continue
    must(settled !== 'violation', 'an event behind a violation', input)
    if (event.type === 'output') {
      must(event.payload.length > 0, 'empty output', input)
      got[event.channel] += Buffer.from(event.payload).toString('hex')
      continue
    }
    must(settled === null, 'two outcomes', input)
    settled = event.type
    if (event.type === 'outcome') checkOutcome(event.outcome, input)
  }
  must(JSON.stringify(got) === JSON.stringify(expected), 'other output than was sent', input)
  return input.steps.length
}

const lost = { code: 1006, reason: '' }

function endOf(step: object) {
  return 'lost' in step ? lost : null
}

function isOutput(channel: number): channel is 1 | 2 {
  return channel === Channel.Stdout || channel === Channel.Stderr
}

type Outcome = Extract<
  NonNullable<ReturnType<SessionDecoder['end']>>,
  { readonly type: 'outcome' }
>['outcome']

/** Success is said by `Success`, or on v1 by saying nothing. */
function checkOutcome(outcome: Outcome, input: SessionInput): void {
  if (outcome.kind !== 'exit') return
  must(Number.isSafeInteger(outcome.exitCode), 'an exit code that is no number', input)
  const isV1 = !input.subprotocol.startsWith('v')
  const said = outcome.status === null ? isV1 : outcome.status.status === 'Success'
  must((outcome.exitCode === 0) === said, 'a success that nobody reported', input)
}
