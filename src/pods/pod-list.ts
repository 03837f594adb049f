import { ConnectionError, UpgradeError } from '../errors.ts'
import { podsPath } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { JsonFields } from './json-fields.ts'
import type { PodResource } from './pod-resource.ts'
import { readPod } from './pod-resource.ts'

/** Which pods. Selectors are the API's own, as kubectl takes them with `-l` and `--field-selector`. */
export interface PodQuery {
  /** `null`: all namespaces. */
  readonly namespace: string | null
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

export interface PodList {
  readonly pods: readonly PodResource[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

/** What client-go asks for at a time. */
const pageSize = 500
/** A server without a last page would be read for ever; Kubernetes is made for 150,000 pods. */
const maxPages = 2000
/** How often a list may expire while it is read, which takes a server five minutes. */
const maxRestarts = 3

/**
 * Lists pods, page by page.
 * @throws {UpgradeError} the server refuses
 * @throws {AuthError | ConnectionError} no answer, or one that is no list of pods
 */
export async function listPods(
  server: ApiServer,
  query: PodQuery,
  signal?: AbortSignal,
): Promise<PodList> {
  for (let restarts = 0; ; restarts += 1) {
    const list = await readPages(server, query, restarts < maxRestarts, signal)
    if (list !== null) return list
  }
}

/** `null`: the pages belong together no longer, and the list must be read from its start. */
async function readPages(
  server: ApiServer,
  query: PodQuery,
  mayRestart: boolean,
  signal: AbortSignal | undefined,
): Promise<PodList | null> {
  const pods: PodResource[] = []
  let next = ''
  for (let page = 0; page < maxPages; page += 1) {
    let answer: unknown
    try {
      answer = await server.getJson(pagePath(server, query, next), signal)
    } catch (error) {
      const expired = error instanceof UpgradeError && error.httpStatus === 410 && next !== ''
      if (expired && mayRestart) return null
      throw error
    }
    const fields = new JsonFields(answer)
    // Any other document would be a list without pods.
    if (!fields.has('items') && fields.string('kind') !== 'PodList') fields.fail('items', 'there')
    for (const item of fields.list('items')) pods.push(readPod(item))
    const metadata = fields.fields('metadata')
    next = metadata.string('continue')
    if (next === '') return { pods, resourceVersion: metadata.string('resourceVersion') }
  }
  throw new ConnectionError(
    'ERR_CONNECTION_FAILED',
    `the server's list of pods has more than ${maxPages} pages`,
  )
}

function pagePath(server: ApiServer, query: PodQuery, next: string): string {
  const parameters = queryParameters(query)
  parameters.set('limit', String(pageSize))
  if (next !== '') parameters.set('continue', next)
  return `${podsPath(query.namespace, server.endpoint.prefix)}?${parameters}`
}

export function queryParameters({ labelSelector, fieldSelector }: PodQuery): URLSearchParams {
  const parameters = new URLSearchParams()
  if (labelSelector) parameters.set('labelSelector', labelSelector)
  if (fieldSelector) parameters.set('fieldSelector', fieldSelector)
  return parameters
}
