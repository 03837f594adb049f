import type { ApiPath } from './api-path.ts'
import { parseApiPath } from './api-path.ts'
import type { AuthenticatedUser } from './authentication.ts'
import { forbidden, forbiddenPod, isAllowed } from './authorization.ts'
import { answerDiscovery, isPublicPath, minorVersion } from './discovery.ts'
import type { HttpAnswer } from './http-answer.ts'
import {
  badRequest,
  emptyAnswer,
  jsonAnswer,
  notFound,
  statusAnswer,
  textAnswer,
} from './http-answer.ts'
import type { TestContainer, TestPod, TestWorkload } from './options.ts'
import { answerPodList } from './pod-list.ts'
import { podLog } from './pod-log.ts'
import type { PodStore } from './pod-store.ts'
import { podTable } from './pod-table.ts'
import { podWatch } from './pod-watch.ts'
import type { StreamRequest } from './stream-request.ts'
import { findContainer, parseStreamRequest } from './stream-request.ts'
import type { StreamedAnswer } from './streamed-answer.ts'
import { workloadKinds, workloadResource } from './workload.ts'

/** A request as the API looks at it. */
export interface ApiRequest {
  readonly method: string
  /** Without the server's path prefix. */
  readonly path: string
  readonly query: URLSearchParams
  /** The `Accept` header. */
  readonly accept: string
  readonly user: AuthenticatedUser
}

/** The parts of the Kubernetes API that pods need. */
export class Api {
  readonly #pods: PodStore
  readonly #workloads: readonly TestWorkload[]
  readonly #version: string

  /** @param version `gitVersion` */
  constructor(pods: PodStore, workloads: readonly TestWorkload[], version: string) {
    this.#pods = pods
    this.#workloads = workloads
    this.#version = version
  }

  /** Answers a request that wants no upgrade. */
  answer(request: ApiRequest): HttpAnswer | StreamedAnswer {
    const { path } = request
    const refusal = this.#authorize(request)
    if (refusal !== null) return refusal
    const discovery = answerDiscovery(path, this.#version)
    if (discovery !== null) return discovery
    const parsed = parseApiPath(path)
    if (parsed === null) return textAnswer('404 page not found\n', 404)
    if (request.method !== 'GET' && parsed.subresource === null) return methodNotAllowed
    if (parsed.resource === 'pods' && parsed.group === '') return this.#answerPods(parsed, request)
    if (path === '/api/v1/namespaces') return jsonAnswer(this.#namespaces())
    return this.#answerWorkload(parsed)
  }

  /** The session that a request for an upgrade wants, or the refusal. */
  stream(request: ApiRequest): StreamRequest | HttpAnswer {
    const refusal = this.#authorize(request)
    if (refusal !== null) return refusal
    const parsed = parseApiPath(request.path)
    const kind = parsed?.subresource
    if (parsed?.name == null || (kind !== 'exec' && kind !== 'attach')) {
      return textAnswer('404 page not found\n', 404)
    }
    // Since 1.35 `get`, which a WebSocket needs, is not enough (pkg/registry/core/pod/rest/authorize.go).
    const needsCreate = minorVersion(this.#version) >= 35
    if (needsCreate && !isAllowed(request.user, 'create', `pods/${kind}`)) {
      return forbiddenPod(parsed.name, '')
    }
    const stored = this.#pods.find(parsed.namespace, parsed.name)
    if (stored === undefined) return notFound('pods', parsed.name)
    return parseStreamRequest(kind, stored.pod, request.query)
  }

  #authorize({ method, path, query, user }: ApiRequest): HttpAnswer | null {
    const parsed = parseApiPath(path)
    if (parsed === null) {
      if (isPublicPath(path) || user.rules.length > 0) return null
      const message = `forbidden: User ${JSON.stringify(user.name)} cannot get path ${JSON.stringify(path)}`
      return statusAnswer(403, 'Forbidden', message, {})
    }
    const { group, name, namespace, subresource } = parsed
    const collection = query.get('watch') === 'true' ? 'watch' : 'list'
    const verb = method === 'POST' ? 'create' : name === null ? collection : 'get'
    const resource = subresource === null ? parsed.resource : `${parsed.resource}/${subresource}`
    if (isAllowed(user, verb, resource)) return null
    return forbidden(user, { verb, group, resource, name, namespace })
  }

  /** Those that have something in them, and the one that there always is. */
  #namespaces(): object {
    const used = this.#pods.list(null).map(({ resource }) => resource.metadata.namespace)
    const others = this.#workloads.map(({ namespace }) => namespace ?? 'default')
    const names = [...new Set(['default', ...used, ...others])].sort()
    const items = names.map((name) => ({ metadata: { name }, status: { phase: 'Active' } }))
    const metadata = { resourceVersion: String(this.#pods.version) }
    return { kind: 'NamespaceList', apiVersion: 'v1', metadata, items }
  }

  #answerPods(
    { namespace, name, subresource }: ApiPath,
    { query, accept }: ApiRequest,
  ): HttpAnswer | StreamedAnswer {
    if (name === null) {
      if (query.get('watch') === 'true') return podWatch(this.#pods, namespace, query)
      const resources = this.#pods.list(namespace).map(({ resource }) => resource)
      return answerPodList(resources, query, accept, this.#pods.version)
    }
    const stored = this.#pods.find(namespace, name)
    if (stored === undefined) return notFound('pods', name)
    const { pod, resource } = stored
    switch (subresource) {
      case null: {
        const { resourceVersion } = resource.metadata
        const asTable = accept.includes('as=Table')
        return jsonAnswer(asTable ? podTable([resource], { resourceVersion }) : resource)
      }
      case 'log': {
        const container = findContainer(pod, query.get('container') ?? '')
        return 'code' in container ? container : this.#answerLog(pod, container, query)
      }
      case 'exec':
      case 'attach':
      case 'portforward':
        return badRequest('Upgrade request required')
      default:
        return noSuchResource
    }
  }

  #answerLog(
    pod: TestPod,
    container: TestContainer,
    query: URLSearchParams,
  ): HttpAnswer | StreamedAnswer {
    const what = `container ${JSON.stringify(container.name)} in pod ${JSON.stringify(pod.name)}`
    if (query.has('sinceTime') && query.has('sinceSeconds')) {
      return badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified')
    }
    if (query.get('previous') === 'true') {
      const previous = this.#pods.previousLog(pod, container)
      return previous === null
        ? badRequest(`previous terminated ${what} not found`)
        : podLog(previous, query)
    }
    if (pod.node === null) return emptyAnswer(204)
    const { state } = container
    if (pod.phase === 'Pending' || (state !== undefined && 'waiting' in state)) {
      const reason = state !== undefined && 'waiting' in state ? state.waiting.reason : undefined
      return badRequest(`${what} is waiting to start: ${reason ?? 'ContainerCreating'}`)
    }
    return podLog(this.#pods.log(pod, container), query)
  }

  #answerWorkload({ group, resource, namespace, name, subresource }: ApiPath): HttpAnswer {
    const kind = workloadKinds.find((one) => one.plural === resource && one.group === group)
    if (kind === undefined || name === null || subresource !== null) return noSuchResource
    const workload = this.#workloads.find(
      (one) =>
        one.kind === kind.kind && one.name === name && (one.namespace ?? 'default') === namespace,
    )
    const plural = group === '' ? resource : `${resource}.${group}`
    return workload === undefined
      ? notFound(plural, name)
      : jsonAnswer(workloadResource(workload, kind))
  }
}

const noSuchResource = statusAnswer(
  404,
  'NotFound',
  'the server could not find the requested resource',
  {},
)

const methodNotAllowed = statusAnswer(
  405,
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
  {},
)
