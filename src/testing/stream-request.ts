import type { HttpAnswer } from './http-answer.ts'
import { badRequest } from './http-answer.ts'
import type { TestContainer, TestPod } from './options.ts'

/** An exec or attach that was asked for. */
export interface StreamRequest {
  readonly kind: 'exec' | 'attach'
  readonly pod: TestPod
  readonly container: TestContainer
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

export function parseStreamRequest(
  kind: 'exec' | 'attach',
  pod: TestPod,
  query: URLSearchParams,
): StreamRequest | HttpAnswer {
  const container = findContainer(pod, query.get('container') ?? '')
  if ('code' in container) return container
  if (pod.phase === 'Pending') return badRequest(`pod ${pod.name} does not have a host assigned`)
  return {
    kind,
    pod,
    container,
    command: kind === 'exec' ? query.getAll('command') : [],
    stdin: booleanParameter(query, 'stdin'),
    stdout: booleanParameter(query, 'stdout'),
    stderr: booleanParameter(query, 'stderr'),
    tty: booleanParameter(query, 'tty'),
  }
}

/** The container of that name; without a name the only one there is (pkg/registry/core/pod/strategy.go). */
export function findContainer(pod: TestPod, name: string): TestContainer | HttpAnswer {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod
  const all = [...containers, ...initContainers, ...ephemeralContainers]
  if (name !== '') {
    const container = all.find((candidate) => candidate.name === name)
    return container ?? badRequest(`container ${name} is not valid for pod ${pod.name}`)
  }
  const [only] = containers
  if (only !== undefined && containers.length === 1) return only
  const message = `a container name must be specified for pod ${pod.name}`
  if (only === undefined) return badRequest(message)
  return badRequest(`${message}, choose one of: [${all.map((one) => one.name).join(' ')}]`)
}

/** Absent, `0` and `false` are false; anything else is true, the empty value too (apimachinery, conversion.go). */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}
