import { ConnectionError, UpgradeError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'
import { podsPath } from '../protocol/request.ts'
import { anySignal } from '../transport/any-signal.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { bodyChunks } from './body-chunks.ts'
import { JsonFields } from './json-fields.ts'
import { LineSplitter } from './line-splitter.ts'
import type { PodQuery } from './pod-list.ts'
import { queryParameters } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'
import { readPod } from './pod-resource.ts'

/** `bookmark`: nothing has changed, but a later watch may go on from here. */
export type PodEvent = { readonly resourceVersion: string } & (
  | { readonly type: 'changed' | 'deleted'; readonly pod: PodResource }
  | { readonly type: 'bookmark' }
)

/** Seconds after which the server ends a watch. */
const duration = 30
/** Milliseconds after which a watch that has not ended is on a dead connection. */
const deadline = (duration + 10) * 1000
/** Characters of one event. A pod has 1.5 MiB at most, which is what etcd takes. */
const maxEvent = 16 * 1024 * 1024

/**
 * What happens to pods after a resource version, until the server ends the watch as it regularly does. The first is a
 * bookmark of that version: there is a connection.
 * @throws {UpgradeError} the server refuses; `httpStatus` 410: the resource version is too old
 * @throws {AuthError | ConnectionError} no connection, a connection that was cut, or no sense in what came
 */
export async function* watchPods(
  server: ApiServer,
  query: PodQuery,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<PodEvent, void> {
  const parameters = queryParameters(query)
  parameters.set('watch', 'true')
  parameters.set('allowWatchBookmarks', 'true')
  parameters.set('timeoutSeconds', String(duration))
  parameters.set('resourceVersion', resourceVersion)
  const path = `${podsPath(query.namespace, server.endpoint.prefix)}?${parameters}`
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), deadline)
  const lines = new LineSplitter(maxEvent)
  try {
    const response = await server.getStream(path, anySignal([signal, ended.signal]))
    yield { type: 'bookmark', resourceVersion }
    for await (const chunk of bodyChunks(response)) {
      for (const line of lines.push(chunk)) yield readEvent(line)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UpgradeError || error instanceof ConnectionError) throw error
    throw new ConnectionError('ERR_CONNECTION_LOST', 'the connection of a watch was lost', {
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}

function readEvent(line: string): PodEvent {
  const event = new JsonFields(parse(line))
  const object = event.fields('object')
  const type = event.string('type')
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      const pod = readPod(object)
      const { resourceVersion } = pod.metadata
      return { type: type === 'DELETED' ? 'deleted' : 'changed', resourceVersion, pod }
    }
    case 'BOOKMARK': {
      const resourceVersion = object.fields('metadata').string('resourceVersion')
      return { type: 'bookmark', resourceVersion }
    }
    case 'ERROR': {
      const message = `the watch failed: ${printable(object.string('message'))}`
      throw new UpgradeError('ERR_REQUEST_REFUSED', message, { httpStatus: object.integer('code') })
    }
    default:
      return event.fail('type', 'a type of event')
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new ConnectionError('ERR_CONNECTION_FAILED', 'the server sent an event that is not JSON')
  }
}
