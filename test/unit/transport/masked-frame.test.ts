import type { Writable } from 'node:stream'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import * as ws from 'ws'
import { maskedFrame } from '../../../src/transport/masked-frame.ts'

// The declarations do not have it.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable }

/** What a server reads. */
async function received(frames: readonly Uint8Array[]): Promise<Buffer[]> {
  const receiver = new Receiver({ isServer: true })
  const messages: Buffer[] = []
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(true)
    messages.push(data)
  })
  const wire = new PassThrough()
  for (const frame of frames) wire.write(frame)
  wire.end()
  await new Promise((resolve, reject) => {
    wire.pipe(receiver).once('finish', resolve).once('error', reject)
  })
  return messages
}

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index * 7 + 1))

it.each([
  0, 1, 2, 3, 4, 5, 7, 124, 125, 126, 127, 128, 32_768, 32_769, 65_534, 65_535, 65_536, 65_539,
])('%d bytes arrive as they are', async (length) => {
  const message = bytes(length)
  const copy = Buffer.from(message)
  const [arrived] = await received([maskedFrame(message)])
  expect(arrived?.equals(copy)).toBe(true)
  expect(message.equals(copy)).toBe(true)
})

it('a view of a part, at any offset', async () => {
  for (let start = 0; start < 8; start += 1) {
    const message = bytes(300).subarray(start)
    expect(await received([maskedFrame(message)])).toEqual([message])
  }
})

it('the head has the shortest length there is, and says that it is masked', () => {
  const head = (length: number) => maskedFrame(bytes(length)).subarray(0, 2).toString('hex')
  expect([head(1), head(125), head(126), head(65_535), head(65_536)]).toEqual([
    '8281',
    '82fd',
    '82fe',
    '82fe',
    '82ff',
  ])
})

it('each has a key of its own', async () => {
  const frames = Array.from({ length: 100 }, () => maskedFrame(Buffer.from('same')))
  expect(new Set(frames.map((frame) => frame.toString('hex', 2, 6))).size).toBeGreaterThan(95)
  expect((await received(frames)).every((message) => String(message) === 'same')).toBe(true)
})
