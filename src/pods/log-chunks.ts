import { ConnectionError, PodwireError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'
import type { PodReference } from '../protocol/request.ts'
import { podPath } from '../protocol/request.ts'
import { anySignal } from '../transport/any-signal.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { HeartbeatOptions } from '../transport/heartbeat.ts'
import { bodyChunks } from './body-chunks.ts'
import type { FollowedRun } from './followed-run.ts'
import { checkEnded, currentRun } from './followed-run.ts'
import type { LogOptions } from './log-options.ts'
import { logQuery } from './log-options.ts'
import { unlessLost } from './unless-lost.ts'

/**
 * The bytes of a log.
 * @throws {UpgradeError} the server refuses
 * @throws {ConnectionError} `ERR_CONNECTION_LOST`: what came is not all of it
 */
export async function* logChunks(
  server: ApiServer,
  pod: PodReference,
  options: LogOptions & { readonly signal: AbortSignal },
  heartbeat: HeartbeatOptions | false,
): AsyncGenerator<Uint8Array, void> {
  const { container, follow, previous, limitBytes = Number.POSITIVE_INFINITY, signal } = options
  let run: FollowedRun | null = null
  let received = 0
  const lost = new AbortController()
  const either = anySignal([signal, lost.signal])
  const wait = <T>(promise: Promise<T>): Promise<T> =>
    heartbeat === false
      ? promise
      : unlessLost(promise, heartbeat.deadline, server, () => lost.abort())
  try {
    if (follow && !previous) run = await currentRun(server, pod, container, signal)
    const path = `${podPath(pod, server.endpoint.prefix)}/log?${logQuery(options)}`
    const response = await wait(server.getStream(path, either))
    // For a link that died although the server can be reached.
    if (heartbeat !== false) response.socket.setKeepAlive(true, heartbeat.interval)
    const chunks = bodyChunks(response)
    try {
      for (;;) {
        const { done, value } = await wait(chunks.next())
        if (done) break
        received += value.length
        yield value
      }
    } finally {
      await chunks.return()
    }
    // The server stops by itself at the limit.
    if (run === null || received >= limitBytes) return
    if (!(await checkEnded(server, pod, run, signal))) {
      throw lostConnection(
        'the server says that it ended, but the container is still running; a node or a part of the way to it was lost, or the log was rotated',
      )
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PodwireError) throw error
    if (lost.signal.aborted) {
      throw lostConnection(
        'the server sends nothing, and does not answer on a new connection either',
      )
    }
    throw lostConnection(`the connection was cut: ${printable((error as Error).message)}`, error)
  }
}

function lostConnection(why: string, cause?: unknown): ConnectionError {
  const message = `the log did not come to its end: ${why}`
  return new ConnectionError('ERR_CONNECTION_LOST', message, { cause })
}
