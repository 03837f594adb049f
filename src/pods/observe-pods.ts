import { setTimeout as sleep } from 'node:timers/promises'
import type { PodwireError } from '../errors.ts'
import { ConnectionError, UpgradeError } from '../errors.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { PodQuery } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'
import { watchPods } from './pod-watch.ts'

/**
 * What there is (`all`, the first time and whenever the thread was lost), what became of one pod since, or how the
 * connection is doing (`link`): its failure, or `null` once there is another one.
 */
export type PodChange =
  | { readonly type: 'all'; readonly pods: readonly PodResource[] }
  | { readonly type: 'link'; readonly error: PodwireError | null }
  | { readonly type: 'changed' | 'deleted'; readonly pod: PodResource }

/** What there was at a time. */
export interface Look {
  readonly pods: readonly PodResource[]
  /** Where a watch goes on; `null`: only a list knows that. */
  readonly resourceVersion: string | null
}

/** Milliseconds between two looks where watching is not allowed. */
const pollInterval = 1000
const backoff = { least: 100, most: 5000 }
/** Milliseconds of a watch that was no failure although nothing happened. */
const healthy = 10_000

/**
 * Looks at pods and then watches them, until the reader stops or the signal aborts. A watch that ends or is cut goes on
 * where it was; a resource version that is too old means a new look; where the role lacks `watch`, only looks remain.
 * @param look lists the pods of the query
 * @throws what the first look throws; later only what another try would not change
 */
export async function* observePods(
  server: ApiServer,
  query: PodQuery,
  look: () => Promise<Look>,
  signal: AbortSignal,
): AsyncGenerator<PodChange, void> {
  let { pods, resourceVersion: version } = await look()
  yield { type: 'all', pods }
  let mayWatch = true
  let mustLook = false
  let delay = backoff.least
  for (;;) {
    const started = performance.now()
    try {
      if (mustLook) {
        ;({ pods, resourceVersion: version } = await look())
        mustLook = false
        yield { type: 'all', pods }
      }
      if (mayWatch && version !== null) {
        for await (const event of watchPods(server, query, version, signal)) {
          version = event.resourceVersion
          if (event.type === 'bookmark') yield { type: 'link', error: null }
          else {
            delay = backoff.least
            yield { type: event.type, pod: event.pod }
          }
        }
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!mayRetry(error)) {
        if (mustLook || !mayWatch) throw error
        // A role may hold get and list, and not watch.
        mayWatch = false
      } else if (error instanceof UpgradeError && error.httpStatus === 410) mustLook = true
      else yield { type: 'link', error }
    }
    const watches = mayWatch && version !== null
    if (!watches) mustLook = true
    if (performance.now() - started > healthy) delay = backoff.least
    await sleep(watches ? delay : pollInterval, undefined, { signal })
    delay = Math.min(delay * 2, backoff.most)
  }
}

/** Whether the same request may fare better next time, or after a new look. */
function mayRetry(error: unknown): error is ConnectionError | UpgradeError {
  if (error instanceof ConnectionError) return true
  if (!(error instanceof UpgradeError)) return false
  return error.httpStatus >= 500 || [408, 410, 429].includes(error.httpStatus)
}
