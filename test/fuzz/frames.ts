import type { Channel, Subprotocol } from '../../src/protocol/index.ts'
import {
  decodeFrame,
  encodeClose,
  encodeFrame,
  encodeResize,
  subprotocols,
} from '../../src/protocol/index.ts'
import { must } from './failure.ts'
import type { Random } from './random.ts'

const batch = 1000
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** A thousand messages through the frame codec. @returns how many */
export function fuzzFrames(random: Random): number {
  const pool = random.bytes(4096)
  for (let count = 0; count < batch; count++) {
    const subprotocol = random.pick(subprotocols)
    if (!subprotocol.includes('base64')) decodeBinary(pool, random.next(), subprotocol)
    else if (random.chance(2)) decodeText(random, subprotocol)
    else decodeEncoded(random, subprotocol)
    if (count % 100 === 0) encodeBad(random)
  }
  return batch
}

function decodeBinary(pool: Uint8Array, number: number, subprotocol: Subprotocol): void {
  const start = number & 4095
  const message = pool.subarray(start, start + ((number >>> 12) & 31))
  const frame = decodeFrame(message, subprotocol)
  if (frame === null) {
    must(message.length === 0, 'ignored', message)
    return
  }
  const isView =
    'payload' in frame &&
    frame.channel === message[0] &&
    frame.payload.buffer === message.buffer &&
    frame.payload.byteOffset === message.byteOffset + 1 &&
    frame.payload.length === message.length - 1
  must(isView, 'not a view of the payload', message)
}

function decodeText(random: Random, subprotocol: Subprotocol): void {
  const message = Buffer.from(random.bytes(16)).toString(random.chance(2) ? 'latin1' : 'base64')
  const frame = decodeFrame(message, subprotocol)
  if (frame === null) {
    must(message === '', 'ignored', message)
    return
  }
  const payload = message.slice(1).replace(/[\r\n]/g, '')
  must(base64.test(payload) === !('violation' in frame), 'taken for base64, or not', message)
  if ('violation' in frame) return
  const same = Buffer.from(payload, 'base64').equals(frame.payload)
  must(same && frame.channel === ((message.charCodeAt(0) - 0x30) & 0xff), 'misread', message)
}

function decodeEncoded(random: Random, subprotocol: Subprotocol): void {
  const channel = random.below(256)
  const payload = random.bytes(24)
  const frame = decodeFrame(encodeFrame(channel, payload, subprotocol), subprotocol)
  const same =
    frame !== null &&
    'payload' in frame &&
    frame.channel === channel &&
    Buffer.compare(frame.payload, payload) === 0
  must(same, 'does not come back', { subprotocol, channel, payload })
}

/** What no message can say is a RangeError or a TypeError, and nothing else. */
function encodeBad(random: Random): void {
  const number = random.pick([-1, 256, 1.5, Number.NaN, Infinity, 2 ** 40, random.next()])
  for (const encode of [
    () => encodeFrame(number, new Uint8Array(1)),
    () => encodeClose(number as typeof Channel.Stdin),
    () => encodeResize({ columns: number, rows: 1 }),
  ]) {
    try {
      const message = encode()
      must(message.length > 0 && Number.isInteger(number), 'taken', number)
    } catch (error) {
      must(error instanceof RangeError || error instanceof TypeError, String(error), number)
    }
  }
}
