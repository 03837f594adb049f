import type { Body } from './fault/body.ts'
import type { HttpAnswer } from './http-answer.ts'
import { podSelector } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'
import type { PodEvent, PodStore } from './pod-store.ts'
import type { StreamedAnswer } from './streamed-answer.ts'

/** `GET …/pods?watch=true`: what happens after a resource version; without one first what there is. */
export function podWatch(
  store: PodStore,
  namespace: string | null,
  query: URLSearchParams,
): StreamedAnswer | HttpAnswer {
  const selects = podSelector(query)
  if ('code' in selects) return selects
  const matches = (pod: PodResource | null): pod is PodResource =>
    pod !== null && selects(pod) && (namespace === null || pod.metadata.namespace === namespace)
  return {
    contentType: 'application/json',
    headersFirst: true,
    start(body) {
      const tell = (event: PodEvent): void => tellChange(body, event, matches)
      const version = Number(query.get('resourceVersion') ?? 0)
      const missed = version === 0 ? [] : store.since(version)
      if (missed === null) {
        send(body, 'ERROR', expired)
        body.end()
        return () => {}
      }
      if (version === 0) {
        for (const { resource } of store.list(namespace)) {
          if (matches(resource)) send(body, 'ADDED', resource)
        }
        if (query.get('sendInitialEvents') === 'true') {
          bookmark(body, store, { 'k8s.io/initial-events-end': 'true' })
        }
      }
      for (const event of missed) tell(event)
      const stop = store.watch(tell)
      const end = (): void => {
        stop()
        // The real ones send some in between, too.
        if (query.get('allowWatchBookmarks') === 'true') bookmark(body, store)
        body.end()
      }
      // A server without the parameter takes half an hour to an hour.
      const seconds = Number(query.get('timeoutSeconds') ?? 1800)
      const timer = setTimeout(end, seconds * 1000)
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}

function tellChange(
  body: Body,
  { before, after, version }: PodEvent,
  matches: (pod: PodResource | null) => pod is PodResource,
): void {
  if (matches(after)) send(body, matches(before) ? 'MODIFIED' : 'ADDED', after)
  // One that is not selected any more is as good as deleted.
  else if (matches(before)) {
    const metadata = { ...before.metadata, resourceVersion: String(version) }
    send(body, 'DELETED', { ...before, metadata })
  }
}

function bookmark(body: Body, store: PodStore, annotations?: Record<string, string>): void {
  const resourceVersion = String(store.version)
  const metadata = { resourceVersion, ...(annotations !== undefined && { annotations }) }
  send(body, 'BOOKMARK', { kind: 'Pod', apiVersion: 'v1', metadata })
}

function send(body: Body, type: string, object: object): void {
  body.write(Buffer.from(`${JSON.stringify({ type, object })}\n`))
}

const expired = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'too old resource version',
  reason: 'Expired',
  code: 410,
}
