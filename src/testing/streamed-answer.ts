import type { ServerResponse } from 'node:http'
import type { Body } from './fault/body.ts'
import { bodyWithFault } from './fault/body.ts'
import type { Fault } from './fault.ts'

/** An HTTP response whose body goes on. */
export interface StreamedAnswer {
  readonly contentType: string
  /** Whether headers go before there is a first byte; the kubelet, which logs come from, waits for one. */
  readonly headersFirst: boolean
  /** Starts to write; what is returned stops it. */
  start(body: Body): () => void
}

/** @param signal the server closes @param reset resets the connection */
export function serveStreamed(
  response: ServerResponse,
  answer: StreamedAnswer,
  context: {
    readonly signal: AbortSignal
    readonly fault: Fault | null
    readonly reset: () => void
  },
): void {
  const { signal, fault, reset } = context
  response.writeHead(200, { 'Content-Type': answer.contentType })
  const end = (): void => {
    stop()
    response.end()
  }
  const body = bodyWithFault(fault, response, reset)
  let stop = () => {}
  signal.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    stop()
    signal.removeEventListener('abort', end)
  })
  if (answer.headersFirst) response.flushHeaders()
  stop = answer.start(body)
}
