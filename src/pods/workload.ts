import { PodwireError } from '../errors.ts'
import { validName } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import { JsonFields } from './json-fields.ts'
import type { Workload } from './pod-target.ts'

/**
 * The label selector that leads from a workload or a service to its pods.
 * @throws {UpgradeError} the server refuses; `httpStatus` 404: there is none of that name
 * @throws {PodwireError} `ERR_POD_NOT_FOUND`: it has no selector, as a service for something outside the cluster
 * @throws {AuthError | ConnectionError} no answer, or one that makes no sense
 */
export async function workloadSelector(
  server: ApiServer,
  namespace: string,
  { api, resource, name }: Workload,
  signal?: AbortSignal,
): Promise<string> {
  const { prefix } = server.endpoint
  const place = `namespaces/${validName('namespace', namespace)}`
  const path = `${prefix}${api}/${place}/${resource}/${validName('workload', name)}`
  const selector = selectorOf(new JsonFields(await server.getJson(path, signal)), api)
  if (selector !== '') return selector
  throw new PodwireError(
    'ERR_POD_NOT_FOUND',
    `${resource}/${name} has no selector, so there is no telling which pods are its own; name a pod`,
  )
}

/** Services and replication controllers have labels and their values; the others `matchLabels` and `matchExpressions`. */
function selectorOf(object: JsonFields, api: string): string {
  const spec = object.fields('spec')
  if (api === '/api/v1') return equalities(spec.stringMap('selector')).join(',')
  const selector = spec.fields('selector')
  const expressions = selector.list('matchExpressions').map(requirement)
  return [...equalities(selector.stringMap('matchLabels')), ...expressions].join(',')
}

function equalities(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}

function requirement(expression: JsonFields): string {
  const key = expression.required('key')
  const values = expression.strings('values').join(',')
  switch (expression.string('operator')) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    default:
      return expression.fail('operator', 'an operator of a selector')
  }
}
