import { PodwireError, UpgradeError } from '../errors.ts'
import { checkSignal, knownKeys, maxTimer, wholeNumber } from '../option.ts'
import { printable } from '../protocol/printable.ts'
import type { PodReference } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { Container } from './container.ts'
import type { PodContainerStatus } from './container-status.ts'
import { containerStatus, describeState } from './container-status.ts'
import { Deadline } from './deadline.ts'
import { chooseContainer } from './default-container.ts'
import type { Look } from './observe-pods.ts'
import { observePods } from './observe-pods.ts'
import type { PodQuery } from './pod-list.ts'
import { listPods } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'
import { getPod } from './pod-resource.ts'

export interface WaitUntilRunningOptions {
  /** @default the pod's own, else its default container */
  readonly container?: string | undefined
  /** Milliseconds. @default 60_000 */
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** @throws {TypeError | RangeError} */
export function validWaitOptions(options: WaitUntilRunningOptions): void {
  knownKeys('waitUntilRunning', options, ['container', 'timeout', 'signal'])
  if (options.timeout !== undefined) wholeNumber('timeout', options.timeout, 1, maxTimer)
  checkSignal(options.signal)
}

/**
 * Waits until a container runs.
 * @throws {PodwireError} `ERR_TIMEOUT` with the state it was in; `ERR_CONTAINER_NOT_RUNNING`: it never will again;
 * `ERR_CONTAINER_NOT_FOUND`
 * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
 */
export async function waitUntilRunning(
  server: ApiServer,
  pod: PodReference,
  options: WaitUntilRunningOptions,
): Promise<PodContainerStatus> {
  const { timeout = 60_000, container: name, signal } = options
  const deadline = new Deadline(timeout, signal)
  const query = { namespace: pod.namespace, fieldSelector: `metadata.name=${pod.pod}` }
  const wait = new Wait(pod, name)
  let lost: PodwireError | null = null
  try {
    const look = () => lookAt(server, pod, query, wait, deadline.signal)
    for await (const change of observePods(server, query, look, deadline.signal)) {
      lost = change.type === 'link' ? change.error : null
      if (change.type === 'link') continue
      const resource = change.type === 'changed' ? change.pod : undefined
      const status = wait.judge(change.type === 'all' ? change.pods[0] : resource)
      if (status !== null) return status
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (!deadline.passed) throw error
  } finally {
    deadline.clear()
  }
  const since = lost === null ? '' : `; nothing is heard of it any more: ${lost.message}`
  const message = `${wait.what()} did not run within ${timeout} ms: ${wait.last}${since}`
  throw new PodwireError('ERR_TIMEOUT', message, { cause: lost ?? undefined })
}

/**
 * A list of one, because only a list tells where a watch may go on: a pod's own version may be older than what the server
 * remembers. Without the right to list there is the pod itself. One that was there and is not found any more has been
 * deleted; one that never was is the server's to refuse.
 */
async function lookAt(
  server: ApiServer,
  pod: PodReference,
  query: PodQuery,
  { seen }: Wait,
  signal: AbortSignal,
): Promise<Look> {
  try {
    const list = await listPods(server, query, signal)
    if (list.pods.length > 0 || seen) return list
  } catch (error) {
    if (!hasStatus(error, 403)) throw error
  }
  try {
    return { pods: [await getPod(server, pod, signal)], resourceVersion: null }
  } catch (error) {
    if (!seen || !hasStatus(error, 404)) throw error
    return { pods: [], resourceVersion: null }
  }
}

function hasStatus(error: unknown, httpStatus: number): boolean {
  return error instanceof UpgradeError && error.httpStatus === httpStatus
}

class Wait {
  last = 'the server said nothing of it'
  readonly #pod: PodReference
  readonly #name: string | undefined
  #uid: string | null = null

  constructor(pod: PodReference, name: string | undefined) {
    this.#pod = pod
    this.#name = name
  }

  get seen(): boolean {
    return this.#uid !== null
  }

  what(): string {
    const container = this.#name === undefined ? '' : `container ${this.#name} of `
    return `${container}pod ${this.#pod.pod}`
  }

  /** The status of a container that runs; `null`: not yet. @param resource absent: the pod is no more */
  judge(resource: PodResource | undefined): PodContainerStatus | null {
    if (resource === undefined) return this.#never('the pod was deleted')
    const { uid } = resource.metadata
    this.#uid ??= uid
    if (uid !== this.#uid) return this.#never('the pod was replaced by another one of its name')
    const container = chooseContainer(resource, this.#name)
    const status = containerStatus(resource, container.name)
    if (status.state.kind === 'running' && !hasEnded(resource)) return status
    this.last = printable(
      `it is ${describeState(status.state)} (the pod's phase is ${status.phase})`,
    )
    const why = whyNever(resource, container, status)
    return why === null ? null : this.#never(printable(why))
  }

  #never(why: string): never {
    throw new PodwireError(
      'ERR_CONTAINER_NOT_RUNNING',
      `${this.what()} is not running and will not be: ${why}`,
    )
  }
}

/** Of a pod whose node is lost the containers may look as if they still ran. */
function hasEnded({ status: { phase } }: PodResource): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function whyNever(
  resource: PodResource,
  container: Container,
  { state }: PodContainerStatus,
): string | null {
  const { metadata, spec, status } = resource
  if (hasEnded(resource)) {
    const { phase, reason } = status
    return `the pod's phase is ${phase}${reason === '' ? '' : ` (${reason})`}`
  }
  if (metadata.deletionTimestamp !== null) return 'the pod is being deleted'
  if (state.kind !== 'terminated') return null
  const ended = `it is ${describeState(state)}`
  // Ephemeral containers are never started again, init containers only when they have failed.
  if (container.kind === 'ephemeral') return ended
  const policy = container.restartPolicy || spec.restartPolicy
  if (policy === 'Never') return ended
  const done =
    policy === 'OnFailure' || (container.kind === 'init' && container.restartPolicy === '')
  return done && state.exitCode === 0 ? ended : null
}
