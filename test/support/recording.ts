import { readFileSync } from 'node:fs'
import type { ConnectionEnd, Message, Outcome, Subprotocol } from '../../src/protocol/index.ts'

/** A session of fixtures/frames. */
export interface Recording {
  readonly name: string
  readonly recordedFrom: string
  readonly subprotocol: Subprotocol
  readonly messages: readonly ({ readonly hex: string } | { readonly text: string })[]
  readonly close: ConnectionEnd | null
  readonly expected: {
    readonly stdout: string
    readonly stderr: string
    readonly outcome: Outcome | null
  }
}

/** An entry of fixtures/statuses. */
export interface RecordedStatus {
  readonly name: string
  readonly recordedFrom: string
  readonly text: string
  readonly expected: Outcome
}

/** An entry of fixtures/frames/http.json. */
export interface RecordedRefusal {
  readonly name: string
  readonly recordedFrom: string
  readonly offered: string | null
  readonly httpStatus: number
  readonly body: string | null
  readonly message: string | null
}

const files = ['v5', 'v4', 'v1', 'base64', 'cluster', 'conformance']

export const recordings: readonly Recording[] = files.flatMap((file) =>
  read<Recording>(`frames/${file}.json`),
)
export const jsonStatuses: readonly RecordedStatus[] = read('statuses/json.json')
export const textStatuses: readonly RecordedStatus[] = read('statuses/text.json')
export const refusals: readonly RecordedRefusal[] = read('frames/http.json')

/** The messages of a recording as a socket would hand them on. */
export function messagesOf(recording: Recording): Message[] {
  return recording.messages.map((message) =>
    'text' in message ? message.text : Buffer.from(message.hex, 'hex'),
  )
}

/** Its end as a socket would report it: 1006 stands for a close frame that never came. */
export function endOf(recording: Recording): ConnectionEnd {
  return recording.close ?? { code: 1006, reason: '' }
}

function read<Entry>(path: string): readonly Entry[] {
  const url = new URL(`../../fixtures/${path}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as readonly Entry[]
}
