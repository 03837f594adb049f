import type { ApiPath } from './api-path.ts'
import { parseApiPath } from './api-path.ts'
import type { AuthenticatedUser } from './authentication.ts'
import { forbidden, forbiddenPod, isAllowed } from './authorization.ts'
import { answerDiscovery, isPublicPath, minorVersion } from './discovery.ts'
import type { HttpAnswer } from './http-answer.ts'
import { badRequest, jsonAnswer, notFound, statusAnswer, textAnswer } from './http-answer.ts'
import type { TestContainer, TestPod } from './options.ts'
import { answerPodList } from './pod-list.ts'
import type { PodResource } from './pod-resource.ts'
import { namespaceOf, podResource } from './pod-resource.ts'
import { podTable } from './pod-table.ts'
import type { StreamRequest } from './stream-request.ts'
import { findContainer, parseStreamRequest } from './stream-request.ts'

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
  readonly #pods: readonly TestPod[]
  readonly #version: string
  readonly #createdAt = `${new Date().toISOString().slice(0, 19)}Z`

  constructor(pods: readonly TestPod[], version: string) {
    this.#pods = pods
    this.#version = version
  }

  /** Answers a request that wants no upgrade; a log is the container whose log is to be sent. */
  answer(request: ApiRequest): HttpAnswer | { readonly log: TestContainer } {
    const { path, query, accept } = request
    const refusal = this.#authorize(request)
    if (refusal !== null) return refusal
    const discovery = answerDiscovery(path, this.#version)
    if (discovery !== null) return discovery
    const parsed = parseApiPath(path)
    if (parsed === null) return textAnswer('404 page not found\n', 404)
    if (request.method !== 'GET' && parsed.subresource === null) return methodNotAllowed
    if (parsed.pod === null) return answerPodList(this.#podsOf(parsed.namespace), query, accept)
    const pod = this.#find(parsed)
    if (pod === undefined) return notFound('pods', parsed.pod)
    switch (parsed.subresource) {
      case null:
        return this.#answerPod(podResource(pod, this.#createdAt), accept)
      case 'log': {
        const container = findContainer(pod, query.get('container') ?? '')
        return 'code' in container ? container : { log: container }
      }
      case 'exec':
      case 'attach':
      case 'portforward':
        return badRequest('Upgrade request required')
      default:
        return statusAnswer(404, 'NotFound', 'the server could not find the requested resource', {})
    }
  }

  /** The session that a request for an upgrade wants, or the refusal. */
  stream(request: ApiRequest): StreamRequest | HttpAnswer {
    const refusal = this.#authorize(request)
    if (refusal !== null) return refusal
    const parsed = parseApiPath(request.path)
    const kind = parsed?.subresource
    if (parsed?.pod == null || (kind !== 'exec' && kind !== 'attach')) {
      return textAnswer('404 page not found\n', 404)
    }
    // Since 1.35 `get`, which a WebSocket needs, is not enough (pkg/registry/core/pod/rest/authorize.go).
    const needsCreate = minorVersion(this.#version) >= 35
    if (needsCreate && !isAllowed(request.user, 'create', `pods/${kind}`)) {
      return forbiddenPod(parsed.pod, '')
    }
    const pod = this.#find(parsed)
    if (pod === undefined) return notFound('pods', parsed.pod)
    return parseStreamRequest(kind, pod, request.query)
  }

  #authorize({ method, path, user }: ApiRequest): HttpAnswer | null {
    const parsed = parseApiPath(path)
    if (parsed === null) {
      if (isPublicPath(path) || user.rules.length > 0) return null
      const message = `forbidden: User ${JSON.stringify(user.name)} cannot get path ${JSON.stringify(path)}`
      return statusAnswer(403, 'Forbidden', message, {})
    }
    const verb = method === 'POST' ? 'create' : parsed.pod === null ? 'list' : 'get'
    const resource = parsed.subresource === null ? 'pods' : `pods/${parsed.subresource}`
    if (isAllowed(user, verb, resource)) return null
    return forbidden(user, { verb, resource, name: parsed.pod, namespace: parsed.namespace })
  }

  #find({ namespace, pod }: ApiPath): TestPod | undefined {
    return this.#pods.find(
      (candidate) => candidate.name === pod && namespaceOf(candidate) === namespace,
    )
  }

  #podsOf(namespace: string | null): PodResource[] {
    return this.#pods
      .filter((pod) => namespace === null || namespaceOf(pod) === namespace)
      .map((pod) => podResource(pod, this.#createdAt))
  }

  #answerPod(pod: PodResource, accept: string): HttpAnswer {
    const asTable = accept.includes('as=Table')
    return jsonAnswer(asTable ? podTable([pod], { resourceVersion: '1' }) : pod)
  }
}

const methodNotAllowed = statusAnswer(
  405,
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
  {},
)
