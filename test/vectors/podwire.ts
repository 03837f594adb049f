import type {
  ConnectionEnd,
  ExecRequest,
  Outcome,
  SessionEvent,
  SessionNeeds,
  Subprotocol,
  TerminalSize,
} from '../../src/protocol/index.ts'
import {
  attachPath,
  bearerSubprotocol,
  Channel,
  chooseSubprotocol,
  decodeFrame,
  encodeClose,
  encodeFrame,
  encodeResize,
  execPath,
  mustRequestStdin,
  SessionDecoder,
  supportsClose,
} from '../../src/protocol/index.ts'
import type { Step, VectorMessage } from './messages.ts'
import { hex, messageOf, vectorMessage } from './messages.ts'

/** src/protocol behind the inputs and outputs of the vectors, by kind. */
export const podwire = {
  choice({ verb, ...needs }: Omit<SessionNeeds, 'kind'> & { verb: SessionNeeds['kind'] }) {
    const session: SessionNeeds = { kind: verb, ...needs }
    const { subprotocol, fallback } = chooseSubprotocol(session)
    const offer = (name: Subprotocol) => ({
      offer: name,
      stdin: session.stdin || mustRequestStdin(name, session),
    })
    return { ...offer(subprotocol), fallback: fallback === null ? null : offer(fallback) }
  },

  request(input: RequestInput) {
    const { prefix, verb, streams, ...rest } = input
    const request = { ...rest, ...streams }
    const path =
      verb === 'exec' ? execPath(request as ExecRequest, prefix) : attachPath(request, prefix)
    const { pathname, searchParams } = new URL(path, 'https://cluster')
    const names = [...new Set(searchParams.keys())]
    const query = Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)]))
    return { path: pathname, query }
  },

  bearer: ({ token }: { token: string }) => ({ subprotocol: bearerSubprotocol(token) }),

  encode({ subprotocol, channel, payload }: EncodeInput) {
    return orError(() => encodeFrame(channel, Buffer.from(payload, 'hex'), subprotocol))
  },

  decode({ subprotocol, message }: { subprotocol: Subprotocol; message: VectorMessage }) {
    const frame = decodeFrame(messageOf(message), subprotocol)
    if (frame === null) return { ignored: true }
    if ('violation' in frame) return { violation: frame.violation }
    return { channel: frame.channel, payload: hex(frame.payload) }
  },

  close({ subprotocol, channel }: { subprotocol: Subprotocol; channel: number }) {
    if (!supportsClose(subprotocol)) return { error: true }
    return orError(() => encodeClose(channel as 0))
  },

  resize(size: TerminalSize) {
    try {
      return { size: JSON.parse(new TextDecoder().decode(encodeResize(size))) }
    } catch {
      return { error: true }
    }
  },

  status({ format, text, hex: bytes }: { format: 'json' | 'text'; text?: string; hex?: string }) {
    const subprotocol = format === 'json' ? 'v4.channel.k8s.io' : 'channel.k8s.io'
    const payload = bytes === undefined ? Buffer.from(text ?? '') : Buffer.from(bytes, 'hex')
    const message = encodeFrame(Channel.Status, payload, subprotocol)
    const { events } = podwire.session({
      subprotocol,
      steps: [vectorMessage(message), { close: [1000, ''] }],
    })
    const { step, ...outcome } = events[0] ?? { step: 0 }
    return outcome
  },

  session({ subprotocol, steps }: { subprotocol: Subprotocol; steps: readonly Step[] }) {
    const decoder = new SessionDecoder(subprotocol)
    let ended = false
    const events = steps.flatMap((step, index) => {
      const end = endOf(step)
      const event =
        end === null ? decoder.decode(messageOf(step as VectorMessage)) : decoder.end(end)
      if (event !== null && event.type !== 'output') ended = true
      if (event !== null) return [{ step: index, ...eventOf(event) }]
      return end !== null && !ended ? [{ step: index, unknown: true }] : []
    })
    return { events: events as readonly ({ step: number } & Record<string, unknown>)[] }
  },

  recording(input: { subprotocol: Subprotocol; steps: readonly Step[] }) {
    const output = { stdout: '', stderr: '' }
    let outcome: object = {}
    for (const { step, stdout, stderr, ...rest } of podwire.session(input).events) {
      output.stdout += stdout ?? ''
      output.stderr += stderr ?? ''
      outcome = { ...outcome, ...rest }
    }
    return { ...output, ...outcome }
  },
}

interface RequestInput extends Omit<ExecRequest, 'stdin' | 'stdout' | 'stderr' | 'tty'> {
  readonly prefix: string
  readonly verb: 'exec' | 'attach'
  readonly streams: Pick<ExecRequest, 'stdin' | 'stdout' | 'stderr' | 'tty'>
}

interface EncodeInput {
  readonly subprotocol: Subprotocol
  readonly channel: number
  readonly payload: string
}

function endOf(step: Step): ConnectionEnd | null {
  if ('lost' in step) return { code: 1006, reason: '' }
  return 'close' in step ? { code: step.close[0], reason: step.close[1] } : null
}

function eventOf(event: SessionEvent): object {
  if (event.type === 'violation') return { violation: event.violation.violation }
  if (event.type === 'outcome') return outcomeOf(event.outcome)
  return { [event.channel === Channel.Stdout ? 'stdout' : 'stderr']: hex(event.payload) }
}

function outcomeOf(outcome: Outcome): object {
  if (outcome.kind === 'exit') return { exit: outcome.exitCode }
  return { failure: outcome.status.message ?? null }
}

function orError(encode: () => Uint8Array | string) {
  try {
    return { message: vectorMessage(encode()) }
  } catch (error) {
    if (error instanceof RangeError) return { error: true }
    throw error
  }
}
