import type { ApiPath } from './api-path.ts'
import { parseApiPath } from './api-path.ts'
import type { AuthenticatedUser } from './authentication.ts'
import { forbidden, forbiddenPod, isAllowed } from './authorization.ts'
import { answerDiscovery, isPublicPath, minorVersion } from './discovery.ts'
import type { HttpAnswer } from './http-answer.ts'
import { jsonAnswer, notFound, statusAnswer, textAnswer } from './http-answer.ts'
import type { TestPod } from './options.ts'
import { namespaceOf, podResource } from './pod-resource.ts'
import type { StreamRequest } from './stream-request.ts'
import { parseStreamRequest } from './stream-request.ts'

/** A request as the API looks at it. */
export interface ApiRequest {
  readonly method: string
  /** Without the server's path prefix. */
  readonly path: string
  readonly query: URLSearchParams
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

  /** Answers a request that wants no upgrade. */
  answer(request: ApiRequest): HttpAnswer {
    const { path, query, user } = request
    const refusal = this.#authorize(request)
    if (refusal !== null) return refusal
    const discovery = answerDiscovery(path, this.#version)
    if (discovery !== null) return discovery
    const parsed = parseApiPath(path)
    if (parsed === null) return textAnswer('404 page not found\n', 404)
    void query
    void user
    if (parsed.pod === null) return jsonAnswer(this.#list(parsed))
    const pod = this.#find(parsed)
    if (pod === undefined) return notFound('pods', parsed.pod)
    if (parsed.subresource === null) return jsonAnswer(podResource(pod, this.#createdAt))
    return statusAnswer(400, 'BadRequest', 'Upgrade request required')
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

  #list({ namespace }: ApiPath): object {
    const pods = this.#pods.filter((pod) => namespace === null || namespaceOf(pod) === namespace)
    const items = pods.map((pod) => podResource(pod, this.#createdAt))
    return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items }
  }
}
