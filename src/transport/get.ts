import type { Credential } from '../auth/credential.ts'
import { ConnectionError, PodwireError, UpgradeError } from '../errors.ts'
import { readAnswer } from './answer-body.ts'
import { anySignal } from './any-signal.ts'
import { connectionError, handshakeTimeout } from './connection-error.ts'
import type { Endpoint } from './endpoint.ts'
import { nameOf } from './endpoint.ts'
import { readRefusal } from './refusal.ts'
import { send } from './send.ts'

/** The largest answer taken, in bytes. A pod is some kilobytes. */
const maxAnswer = 32 * 1024 * 1024

export interface GetOptions {
  /** Path and query. */
  readonly path: string
  /** @default any form */
  readonly accept?: string | undefined
  readonly credential: Credential
  /** Whether a session may go over the connection next. @default false */
  readonly keep?: boolean | undefined
  /** Called when the request is on its way. */
  readonly onSent?: (() => void) | undefined
  /** Milliseconds for the whole request. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/**
 * GETs a JSON document on a new connection; redirects are not followed.
 * @throws {ConnectionError} no connection, no answer in time, an answer that is not JSON
 * @throws {UpgradeError} any answer but 200
 */
export async function getJson(endpoint: Endpoint, options: GetOptions): Promise<unknown> {
  const name = nameOf(endpoint)
  const timeout = AbortSignal.timeout(options.timeout)
  const signal = options.signal ? anySignal([options.signal, timeout]) : timeout
  try {
    const { path, accept, credential, keep, onSent } = options
    const response = await send(endpoint, { path, accept, credential, keep, onSent, signal })
    if (response.statusCode !== 200) throw await readRefusal(response, 'request')
    return JSON.parse((await readAnswer(response, maxAnswer)).toString('utf8'))
  } catch (error) {
    options.signal?.throwIfAborted()
    // What a refusal has said so far is worth more than that it did not come to an end.
    if (error instanceof UpgradeError) throw error
    if (timeout.aborted) throw handshakeTimeout(name, options.timeout)
    if (error instanceof PodwireError) throw error
    throw error instanceof SyntaxError
      ? new ConnectionError('ERR_CONNECTION_FAILED', `${name} sent an answer that is not JSON`)
      : connectionError(name, error as Error)
  }
}

/** Whether the server gives any answer at all, before the signal. Sends no credentials. */
export async function answers(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  try {
    const path = `${endpoint.prefix}/version`
    const request = { path, credential: {}, signal }
    const response = await send({ ...endpoint, headers: {} }, request)
    response.destroy()
    return true
  } catch {
    return false
  }
}
