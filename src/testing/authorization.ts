import type { AuthenticatedUser } from './authentication.ts'
import type { HttpAnswer } from './http-answer.ts'
import { statusAnswer } from './http-answer.ts'

/** What a request wants of the API, in RBAC's words. */
export interface ResourceRequest {
  readonly verb: string
  /** Empty for the core group. */
  readonly group?: string
  /** With the subresource: `pods/exec`. */
  readonly resource: string
  /** `null` for a list. */
  readonly name: string | null
  /** `null` for all namespaces. */
  readonly namespace: string | null
}

export function isAllowed(user: AuthenticatedUser, verb: string, resource: string): boolean {
  return user.rules.some(
    ({ resources, verbs }) =>
      (verbs.includes('*') || verbs.includes(verb)) &&
      (resources.includes('*') || resources.includes(resource)),
  )
}

/** The refusal of RBAC, in the words of the API server. */
export function forbidden(user: AuthenticatedUser, request: ResourceRequest): HttpAnswer {
  const scope =
    request.namespace === null
      ? 'at the cluster scope'
      : `in the namespace ${JSON.stringify(request.namespace)}`
  const reason = `User ${JSON.stringify(user.name)} cannot ${request.verb} resource ${JSON.stringify(request.resource)} in API group ${JSON.stringify(request.group ?? '')} ${scope}`
  const kind = request.resource.split('/', 1)[0] ?? ''
  return forbiddenResource(request.group ? `${kind}.${request.group}` : kind, request.name, reason)
}

/** The refusal of an upgrade for want of `create` (1.35 and later) has an empty reason. */
export function forbiddenPod(name: string | null, reason: string): HttpAnswer {
  return forbiddenResource('pods', name, reason)
}

function forbiddenResource(kind: string, name: string | null, reason: string): HttpAnswer {
  const quoted = name === null ? '' : ` ${JSON.stringify(name)}`
  const details = { ...(name !== null && { name }), kind }
  return statusAnswer(403, 'Forbidden', `${kind}${quoted} is forbidden: ${reason}`, details)
}
