import { request as requestHttps } from 'node:https'
import type { TextRequest, TextResponse } from '../auth/fetch-text.ts'
import { ConnectionError } from '../errors.ts'
import { connectionError } from './connection-error.ts'
import { tlsOptions } from './tls.ts'

/** The largest answer taken, in bytes. */
const maxAnswer = 1024 * 1024

/**
 * One HTTPS request on a connection of its own; redirects are not followed, so that tokens stay where they were sent.
 * @throws {ConnectionError} no connection, no answer in time, or an answer that is too large
 */
export async function fetchText(request: TextRequest): Promise<TextResponse> {
  const { hostname: bracketed, host } = new URL(request.url)
  const hostname = bracketed.replace(/^\[|\]$/g, '')
  try {
    return await send(request, hostname)
  } catch (error) {
    if (request.signal.aborted) {
      throw new ConnectionError('ERR_HANDSHAKE_TIMEOUT', `${host} did not answer in time`)
    }
    throw error instanceof ConnectionError ? error : connectionError(host, error as Error)
  }
}

function send(
  { url, method, headers, body, ca, signal }: TextRequest,
  hostname: string,
): Promise<TextResponse> {
  return new Promise((resolve, reject) => {
    const request = requestHttps(url, {
      method,
      headers: {
        ...headers,
        ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
      },
      ...tlsOptions(ca === undefined ? {} : { ca }, hostname, {}),
      signal,
      agent: false,
    })
    request.on('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size > maxAnswer) {
          request.destroy(
            new ConnectionError(
              'ERR_CONNECTION_FAILED',
              `${hostname} sent an answer of over ${maxAnswer} bytes`,
            ),
          )
        }
      })
      response.on('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })
      })
    })
    request.end(body)
  })
}
