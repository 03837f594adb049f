import { expect, it } from 'vitest'
import { decodeBase64Payload, encodeFrame } from '../../../src/testing/wire.ts'

it.each([
  ['YWI=', 'ab'],
  ['YW\r\nI=\n', 'ab'],
  ['', ''],
  ['YWI', null],
  ['Y-_=', null],
  ['====', null],
])('%j is %j', (text, expected) => {
  expect(decodeBase64Payload(Buffer.from(text))?.toString() ?? null).toBe(expected)
})

it('no subprotocol is binary', () => {
  expect(encodeFrame(1, Buffer.from('a'), '')).toEqual(Uint8Array.of(1, 0x61))
})
