import type { IncomingMessage } from 'node:http'
import { ConnectionError } from '../errors.ts'

/**
 * The body of an answer, whole.
 * @param most bytes
 * @throws {ConnectionError} there is more of it, or the connection was lost
 */
export async function readAnswer(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > most) {
      throw new ConnectionError(
        'ERR_CONNECTION_FAILED',
        `the server sent an answer of over ${most} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
