import { randomFillSync } from 'node:crypto'

const binaryMessage = 0x82
const masked = 0x80
const keyLength = 4

/**
 * A binary message as one whole WebSocket frame of a client (RFC 6455, section 5.2).
 *
 * Made here and not by `ws`, which masks byte by byte: that was more than half of the CPU time of sending stdin.
 */
export function maskedFrame(message: Uint8Array): Buffer {
  const { length } = message
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const header = 2 + extended + keyLength
  // So much in front that the key, and with it the message, begins at a multiple of four.
  const start = -header & 3
  const body = start + header
  const frame = Buffer.allocUnsafe(body + length)
  frame[start] = binaryMessage
  frame[start + 1] = masked | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) frame.writeUInt16BE(length, start + 2)
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), start + 2)
  randomFillSync(frame, body - keyLength, keyLength)
  frame.set(message, body)
  mask(frame, body - keyLength)
  return frame.subarray(start)
}

/** XORs what follows the key with it, four bytes at a time, for which their order in memory does not matter. */
function mask(frame: Buffer, at: number): void {
  const words = new Int32Array(frame.buffer, frame.byteOffset + at, (frame.length - at) >> 2)
  const key = words[0] as number
  for (let index = 1; index < words.length; index += 1) {
    words[index] = (words[index] as number) ^ key
  }
  for (let index = at + words.byteLength; index < frame.length; index += 1) {
    frame[index] = (frame[index] as number) ^ (frame[at + ((index - at) & 3)] as number)
  }
}
