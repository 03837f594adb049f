/** What a path below `/api/v1` names: pods, one pod, or something of a pod's. */
export interface ApiPath {
  /** `null`: all namespaces. */
  readonly namespace: string | null
  /** `null`: the list. */
  readonly pod: string | null
  /** Such as `exec`; `null`: the pod itself. */
  readonly subresource: string | null
}

/** The parts of a pod path; `null` for any other path. */
export function parseApiPath(path: string): ApiPath | null {
  if (path === '/api/v1/pods') return { namespace: null, pod: null, subresource: null }
  const pattern = /^\/api\/v1\/namespaces\/([^/]+)\/pods(?:\/([^/]+)(?:\/([^/]+))?)?$/
  const match = pattern.exec(path)
  if (match === null) return null
  const [, namespace = '', pod = null, subresource = null] = match
  return { namespace, pod, subresource }
}
