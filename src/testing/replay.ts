import type { TraceEvent } from '../protocol/index.ts'
import { Channel, decodeFrame, parseTrace } from '../protocol/index.ts'
import type { ChannelConnection } from './channel-connection.ts'

/** What a server did in a recorded session, and what it had been sent before each of its messages. */
export interface Recording {
  readonly subprotocol: string
  readonly steps: readonly Step[]
  /** `null`: the recording stops before the connection ends. */
  readonly end: 'close' | 'cut' | 'reset' | null
}

interface Step {
  readonly message: Uint8Array | string
  /** Bytes of stdin. */
  readonly stdin: number
  /** CLOSE messages of stdin. */
  readonly closes: number
}

/** @throws {SyntaxError} not a trace, or one of sizes, which cannot be sent again */
export function recordingOf(trace: string): Recording {
  const events = parseTrace(trace)
  const [opening] = events
  const subprotocol = opening?.type === 'open' ? opening.subprotocol : 'v5.channel.k8s.io'
  const steps: Step[] = []
  let stdin = 0
  let closes = 0
  for (const event of events) {
    if (event.type !== 'message') continue
    const { message } = event
    if (message === undefined) throw new SyntaxError('a trace of sizes cannot be replayed')
    if (event.direction === 'in') steps.push({ message, stdin, closes })
    else if (event.channel === Channel.Close) closes += 1
    else if (event.channel === Channel.Stdin) {
      const frame = decodeFrame(message, subprotocol)
      if (frame !== null && 'payload' in frame) stdin += frame.payload.length
    }
  }
  return { subprotocol, steps, end: endOf(events.at(-1)) }
}

function endOf(last: TraceEvent | undefined): Recording['end'] {
  if (last?.type !== 'end') return null
  if (last.code === 1006) return last.error === null ? 'cut' : 'reset'
  return 'close'
}

/** Sends what the server sent, each message once the client has sent as much as in the recording. */
export async function replay(connection: ChannelConnection, recording: Recording): Promise<void> {
  let stdin = 0
  let closes = 0
  let changed = () => {}
  connection.gone.addEventListener('abort', () => changed())
  connection.read({
    write(channel, payload) {
      if (channel === Channel.Stdin) stdin += payload.length
      changed()
      return undefined
    },
    close() {
      closes += 1
      changed()
    },
  })
  for (const step of recording.steps) {
    while ((stdin < step.stdin || closes < step.closes) && !connection.gone.aborted) {
      await new Promise<void>((resolve) => {
        changed = resolve
      })
    }
    await connection.sendMessage(step.message)
  }
  await connection.flushed()
  if (recording.end === 'close') connection.end()
  if (recording.end === 'cut') connection.cut()
  if (recording.end === 'reset') connection.reset()
}
