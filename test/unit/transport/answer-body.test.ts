import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { readAnswer } from '../../../src/transport/answer-body.ts'

const answer = (...chunks: string[]) =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as unknown as IncomingMessage

it('is read whole, up to its bound', async () => {
  expect((await readAnswer(answer('ab', 'cd'), 4)).toString()).toBe('abcd')
  expect((await readAnswer(answer(), 0)).length).toBe(0)
})

it('is refused one byte later, and the connection let go', async () => {
  const response = answer('ab', 'cd', 'e')
  await expect(readAnswer(response, 4)).rejects.toMatchObject({
    name: 'ConnectionError',
    code: 'ERR_CONNECTION_FAILED',
    message: 'the server sent an answer of over 4 bytes',
  })
  expect(response.destroyed).toBe(true)
})
