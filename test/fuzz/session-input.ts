import { readFileSync } from 'node:fs'
import type { Subprotocol } from '../../src/protocol/index.ts'
import { Channel, encodeFrame, subprotocols } from '../../src/protocol/index.ts'
import type { Step } from '../vectors/messages.ts'
import { vectorMessage } from '../vectors/messages.ts'
import type { Random } from './random.ts'

/** What a server sends, as in fixtures/vectors/session.json. */
export interface SessionInput {
  readonly subprotocol: Subprotocol
  readonly steps: readonly Step[]
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))

const statuses: readonly Uint8Array[] = [
  ...fixture('statuses/json.json'),
  ...fixture('statuses/text.json'),
].map(({ text }) => Buffer.from(text))

const tokens = [
  '"status"',
  '"Success"',
  '"ExitCode"',
  '"message":',
  'null',
  '{}',
  '[',
  '1e9',
  '\\u0000',
].map((token) => Buffer.from(token))

/** A session that is nearly right: valid frames, statuses whole, cut and damaged, and what does not belong there. */
export function sessionInput(random: Random): SessionInput {
  const subprotocol = random.pick(subprotocols)
  const steps: Step[] = []
  for (let count = random.below(10); count > 0; count--) {
    steps.push(...messages(random, subprotocol).map(vectorMessage))
  }
  if (random.chance(8)) return { subprotocol, steps }
  steps.push(
    random.pick<Step>([
      { close: [1000, ''] },
      { close: [1000, 'bye'] },
      { close: [1002, ''] },
      { close: [1011, 'x'] },
      { lost: true },
    ]),
  )
  return { subprotocol, steps }
}

function messages(random: Random, subprotocol: Subprotocol): (Uint8Array | string)[] {
  const frame = (channel: number, payload: Uint8Array) => encodeFrame(channel, payload, subprotocol)
  switch (random.below(8)) {
    case 0:
      return [subprotocol.includes('base64') ? '' : new Uint8Array(0)]
    case 1:
      return [frame(random.below(256), random.bytes(4))]
    case 2:
      return [random.bytes(12)]
    case 3:
      return [ascii(random)]
    case 4:
    case 5:
      return status(random).map((part) => frame(Channel.Status, part))
    default:
      return [frame(random.pick([Channel.Stdout, Channel.Stderr]), random.bytes(40))]
  }
}

/** Text of a WebSocket is UTF-8, which a line of JSON can carry. */
function ascii(random: Random): string {
  return Array.from(random.bytes(12), (byte) => String.fromCharCode(byte & 0x7f)).join('')
}

function status(random: Random): Uint8Array[] {
  const whole = random.pick(statuses)
  const text = random.chance(2) ? whole : random.mutated(whole, tokens)
  const cut = random.below(text.length + 1)
  return random.chance(3) ? [text.subarray(0, cut), text.subarray(cut)] : [text]
}
