import type { IncomingMessage } from 'node:http'
import type { Credential } from '../auth/credential.ts'
import { PodwireError } from '../errors.ts'
import { anySignal } from './any-signal.ts'
import { connectionError, handshakeTimeout } from './connection-error.ts'
import type { Endpoint } from './endpoint.ts'
import { nameOf } from './endpoint.ts'
import { readRefusal } from './refusal.ts'
import { send } from './send.ts'

export interface GetStreamOptions {
  /** Path and query. */
  readonly path: string
  readonly credential: Credential
  /** Milliseconds until the request is on its way; a server that has nothing to say yet may take its time with headers. */
  readonly timeout: number
  /** Ends the request and the answer. */
  readonly signal: AbortSignal
}

/**
 * GETs an answer without an end in sight, on a connection of its own; redirects are not followed. How its body fails is
 * the reader's to find out.
 * @throws {ConnectionError} no connection
 * @throws {UpgradeError} any answer but 200, and 204, which has nothing to read
 */
export async function getStream(
  endpoint: Endpoint,
  options: GetStreamOptions,
): Promise<IncomingMessage> {
  const { path, credential, timeout } = options
  const late = new AbortController()
  const signal = anySignal([options.signal, late.signal])
  const startTimer = () => setTimeout(() => late.abort(), timeout)
  let timer = startTimer()
  try {
    const onSent = () => clearTimeout(timer)
    const response = await send(endpoint, { path, credential, signal, onSent })
    // Whoever reads finds out; whoever has left must not crash.
    response.on('error', () => {})
    if (response.statusCode === 200 || response.statusCode === 204) return response
    clearTimeout(timer)
    timer = startTimer()
    throw await readRefusal(response, 'request')
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof PodwireError) throw error
    const name = nameOf(endpoint)
    if (late.signal.aborted) throw handshakeTimeout(name, timeout)
    throw connectionError(name, error as Error)
  } finally {
    clearTimeout(timer)
  }
}
