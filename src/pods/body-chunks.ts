import type { IncomingMessage } from 'node:http'

/**
 * The body of an answer as it comes, at the reader's pace. Unlike iteration over the answer itself it hands over what
 * had arrived before a connection was cut, and only then fails. Whoever stops reading closes the connection.
 */
export async function* bodyChunks(response: IncomingMessage): AsyncGenerator<Buffer, void> {
  let wake = () => {}
  const onEvent = () => wake()
  const events = ['readable', 'end', 'error', 'close']
  for (const event of events) response.on(event, onEvent)
  try {
    for (;;) {
      const chunk: Buffer | null = response.read()
      if (chunk !== null) yield chunk
      else if (response.readableEnded) return
      else if (response.destroyed) throw response.errored ?? new Error('the connection was closed')
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    for (const event of events) response.off(event, onEvent)
    response.destroy()
  }
}
