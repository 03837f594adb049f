import type { IncomingMessage } from 'node:http'
import { UpgradeError } from '../errors.ts'
import type { Status, Subprotocol } from '../protocol/index.ts'
import { decodeStatus, supportsClose } from '../protocol/index.ts'
import { printable } from '../protocol/printable.ts'

/** The most that is read of a refusal's body, in bytes; what client-go reads. */
const maxBody = 64 * 1024

/** A kubelet's own 404, in text: the API server has the pod, and the kubelet has not heard of it yet. */
export const unknownToKubelet = 'pod does not exist'

/** What was asked for: it decides which hint helps. */
export type Asked = Subprotocol | 'request'

/** Reads what the server has to say and makes an error of it. The response is used up; a body cut short counts as is. */
export async function readRefusal(
  response: IncomingMessage,
  asked: Asked,
): Promise<UpgradeError<Status>> {
  return refusal(
    response.statusCode ?? 0,
    response.statusMessage ?? '',
    await readBody(response),
    asked,
  )
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= maxBody) break
    }
  } catch {
    // A server that refuses may cut the connection while it speaks; what has arrived is worth more than that.
  }
  return Buffer.concat(chunks).subarray(0, maxBody)
}

/** The error for an HTTP answer that is not the one asked for. */
export function refusal(
  httpStatus: number,
  statusMessage: string,
  body: Uint8Array,
  asked: Asked,
): UpgradeError<Status> {
  const status = decodeStatus(body)
  const words = printable(status?.message ?? Buffer.from(body).toString('utf8'))
  const missing = httpStatus === 403 && body.length === 0 && asked !== 'request'
  const hint = missing ? missingSubprotocol(asked) : hintFor(httpStatus, words, asked)
  const line = `${httpStatus} ${printable(statusMessage)}`.trim()
  return new UpgradeError(
    missing
      ? 'ERR_SUBPROTOCOL'
      : asked === 'request'
        ? 'ERR_REQUEST_REFUSED'
        : 'ERR_UPGRADE_REFUSED',
    `the server answered ${line}${words === '' ? '' : `: ${words}`}${hint === null ? '' : ` (${hint})`}`,
    { httpStatus, status, hint },
  )
}

function missingSubprotocol(subprotocol: Subprotocol): string {
  return supportsClose(subprotocol)
    ? `the server does not have ${subprotocol} (Kubernetes 1.29 or older), without which stdin cannot be ended`
    : `the server does not have ${subprotocol}`
}

function hintFor(httpStatus: number, words: string, asked: Asked): string | null {
  switch (httpStatus) {
    case 400:
      return words.includes('container name must be specified')
        ? "name one of them with the option 'container'"
        : null
    case 401:
      return 'the credentials are missing, wrong or expired'
    case 403:
      // Who is nobody to the server is helped by no role; and a role for the request is not what impersonation lacks.
      if (words.includes('User "system:anonymous" cannot'))
        return 'the request had no credentials that the server accepts'
      if (words.includes(' cannot impersonate'))
        return 'impersonation needs a role with the verb impersonate'
      if (asked === 'request') return 'the role lacks a permission'
      // Since 1.35 the second check, for `create`, says neither what is missing nor why.
      return words.endsWith('is forbidden:') || words.includes('pods/')
        ? 'the role needs the verb get on pods/exec or pods/attach, and since Kubernetes 1.35 also create'
        : null
    case 404:
      // What Go's server says where there is no API; the API itself names what is missing.
      return words === '' || words === '404 page not found'
        ? "check the path of the cluster's server"
        : words === unknownToKubelet
          ? 'its node has not heard of it yet, as right after a restart of the kubelet'
          : null
    case 431:
      return 'a request holds about 1 MB at most; hand large data over through stdin'
    case 500:
      return words.startsWith('container not found (') ? 'the container does not run' : null
    default:
      return httpStatus >= 300 && httpStatus < 400
        ? "redirects are not followed; set the cluster's server to where the API server is"
        : null
  }
}
