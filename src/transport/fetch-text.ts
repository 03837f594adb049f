import type { FetchText, TextRequest, TextResponse } from '../auth/fetch-text.ts'
import { ConnectionError, PodwireError } from '../errors.ts'
import { readAnswer } from './answer-body.ts'
import { connectionError } from './connection-error.ts'
import { endpointOf, hostOf } from './endpoint.ts'
import type { Environment } from './proxy-environment.ts'
import { send } from './send.ts'

/** The largest answer taken, in bytes. */
const maxAnswer = 1024 * 1024

/**
 * HTTPS requests, each on a connection of its own, through the environment's proxies; redirects are not followed, so
 * that tokens stay with whom they were sent to.
 */
export function textFetcher(env: Environment): FetchText {
  return (request) => fetchText(request, env)
}

/** @throws {ConnectionError} no connection, no answer in time, or an answer that is too large */
async function fetchText(request: TextRequest, env: Environment): Promise<TextResponse> {
  const { ca, headers, method, body, signal } = request
  const { origin, pathname, search } = new URL(request.url)
  const endpoint = endpointOf(
    { server: origin, ...(ca !== undefined && { tls: { ca } }) },
    false,
    env,
  )
  try {
    const path = pathname + search
    const response = await send(endpoint, { method, path, credential: { headers }, body, signal })
    const text = (await readAnswer(response, maxAnswer)).toString('utf8')
    return { status: response.statusCode ?? 0, text }
  } catch (error) {
    const host = hostOf(endpoint)
    if (signal.aborted) {
      throw new ConnectionError('ERR_HANDSHAKE_TIMEOUT', `${host} did not answer in time`)
    }
    throw error instanceof PodwireError ? error : connectionError(host, error as Error)
  }
}
