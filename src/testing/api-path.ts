/** What a path of the API names: a kind of resource, one of them, or something of one's. */
export interface ApiPath {
  /** Empty for the core group. */
  readonly group: string
  /** The plural, such as `pods`. */
  readonly resource: string
  /** `null`: all namespaces. */
  readonly namespace: string | null
  /** `null`: the list. */
  readonly name: string | null
  /** Such as `exec`; `null`: the resource itself. */
  readonly subresource: string | null
}

const pattern =
  /^(?:\/api|\/apis\/(?<group>apps|batch))\/v1(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[a-z]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/

/** The parts of a resource's path; `null` for any other path. */
export function parseApiPath(path: string): ApiPath | null {
  const groups = pattern.exec(path)?.groups
  if (groups === undefined) return null
  const { group = '', resource = '', namespace = null, name = null, subresource = null } = groups
  // Everything that has a name here is in a namespace.
  if (namespace === null && name !== null) return null
  return { group, resource, namespace, name, subresource }
}
