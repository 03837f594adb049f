import { setTimeout as sleep } from 'node:timers/promises'
import { UpgradeError } from '../errors.ts'
import type { PodReference } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { getContainerStatus } from './container-status.ts'

/** One run of one container of one pod. */
export interface FollowedRun {
  readonly container: string
  readonly containerID: string
  readonly podUID: string
}

/**
 * Milliseconds between looks at a container whose log has ended. The kubelet looks at its containers every second and
 * then tells the API server; a container that still runs after all this time was not what ended the log.
 */
const pauses = [100, 200, 400, 800, 1600, 3200, 5000]

/** The run that is going on; `null`: none, or nobody may know (a role with `pods/log` alone, a container to be named). */
export async function currentRun(
  server: ApiServer,
  pod: PodReference,
  container: string | undefined,
  signal: AbortSignal,
): Promise<FollowedRun | null> {
  try {
    const status = await getContainerStatus(server, pod, container, signal)
    const { name, containerID, podUID, state } = status
    return state.kind === 'running' ? { container: name, containerID, podUID } : null
  } catch {
    signal.throwIfAborted()
    // The request for the log has the better words.
    return null
  }
}

/**
 * Whether a run has ended, as far as can be known: a kubelet that is lost behind its API server may end a log as cleanly
 * as a container does.
 * @throws {ConnectionError | UpgradeError | AuthError} the server does not say
 */
export async function checkEnded(
  server: ApiServer,
  pod: PodReference,
  run: FollowedRun,
  signal: AbortSignal,
): Promise<boolean> {
  for (const pause of pauses) {
    if (await hasEnded(server, pod, run, signal)) return true
    await sleep(pause, undefined, { signal })
  }
  return hasEnded(server, pod, run, signal)
}

async function hasEnded(
  server: ApiServer,
  pod: PodReference,
  run: FollowedRun,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const status = await getContainerStatus(server, pod, run.container, signal)
    const { containerID, podUID, state } = status
    return state.kind !== 'running' || containerID !== run.containerID || podUID !== run.podUID
  } catch (error) {
    if (error instanceof UpgradeError && [403, 404].includes(error.httpStatus)) return true
    throw error
  }
}
