import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { FetchText, TextRequest, TextResponse } from '../auth/fetch-text.ts'
import { ConnectionError, PodwireError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
import { endpointOf, hostOf, requestOptions } from './endpoint.ts'
import { proxyOptions } from './proxy-connection.ts'
import type { Environment } from './proxy-environment.ts'

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
  const { ca, headers, method, signal } = request
  const { origin, pathname, search } = new URL(request.url)
  const endpoint = endpointOf(
    { server: origin, ...(ca !== undefined && { tls: { ca } }) },
    false,
    env,
  )
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = requestHttps({
        // An agent would make the connection itself.
        ...(endpoint.proxy === null && { agent: false }),
        ...requestOptions(endpoint, { headers }),
        ...proxyOptions(endpoint, {}, signal),
        hostname: endpoint.hostname,
        port: endpoint.port,
        path: pathname + search,
        method,
        signal,
      })
      sent.once('response', resolve)
      sent.on('error', reject)
      sent.end(request.body)
    })
    return { status: response.statusCode ?? 0, text: await read(response) }
  } catch (error) {
    const host = hostOf(endpoint)
    if (signal.aborted) {
      throw new ConnectionError('ERR_HANDSHAKE_TIMEOUT', `${host} did not answer in time`)
    }
    throw error instanceof PodwireError ? error : connectionError(host, error as Error)
  }
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxAnswer) {
      throw new ConnectionError(
        'ERR_CONNECTION_FAILED',
        `the server sent an answer of over ${maxAnswer} bytes`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
