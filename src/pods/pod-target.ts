import { validName } from '../protocol/request.ts'

/** Something that has pods behind it. */
export interface Workload {
  /** The path of its API group and version, such as `/apis/apps/v1`. */
  readonly api: string
  /** The plural, such as `deployments`. */
  readonly resource: string
  readonly name: string
}

/** What a text like `deploy/web` stands for. */
export type PodTargetText =
  | { readonly kind: 'pod'; readonly name: string }
  | { readonly kind: 'selector'; readonly labelSelector: string }
  | { readonly kind: 'workload'; readonly workload: Workload }

const core = { api: '/api/v1', group: '' }
const apps = { api: '/apis/apps/v1', group: 'apps' }
const batch = { api: '/apis/batch/v1', group: 'batch' }

/** By kubectl's short names, singulars and plurals. */
const kinds = new Map(
  [
    { names: ['po', 'pod', 'pods'], ...core },
    { names: ['deploy', 'deployment', 'deployments'], ...apps },
    { names: ['svc', 'service', 'services'], ...core },
    { names: ['sts', 'statefulset', 'statefulsets'], ...apps },
    { names: ['ds', 'daemonset', 'daemonsets'], ...apps },
    { names: ['job', 'jobs'], ...batch },
    { names: ['rs', 'replicaset', 'replicasets'], ...apps },
    { names: ['rc', 'replicationcontroller', 'replicationcontrollers'], ...core },
  ].flatMap(({ names, api, group }) => {
    const kind = { api, group, resource: names.at(-1) ?? '' }
    return names.map((name) => [name, kind] as const)
  }),
)

const choices =
  "a pod's name, pod/NAME, deploy/NAME, svc/NAME, sts/NAME, ds/NAME, job/NAME, rs/NAME, rc/NAME, or a label selector such as app=web"

/**
 * Reads a target as kubectl does, and label selectors besides: what has a `=` or is a set (`app in (a, b)`) is one.
 * @throws {TypeError} not a string
 * @throws {RangeError} none of the forms
 */
export function parsePodTarget(text: unknown): PodTargetText {
  if (typeof text !== 'string') throw new TypeError('the target must be a string')
  if (/=|\s(?:not)?in\s*\(/.test(text)) return { kind: 'selector', labelSelector: text }
  const [type = '', name, ...rest] = text.split('/')
  if (name === undefined) return { kind: 'pod', name: validName('pod', text) }
  const kind = rest.length === 0 ? kindOf(type) : undefined
  if (kind === undefined) {
    throw new RangeError(`${JSON.stringify(text.slice(0, 80))} leads to no pods; use ${choices}`)
  }
  if (kind.resource === 'pods') return { kind: 'pod', name: validName('pod', name) }
  const workload = { api: kind.api, resource: kind.resource, name: validName('workload', name) }
  return { kind: 'workload', workload }
}

/** `Deployment`, `deploy`, `deployments.apps` and `deployments.v1.apps` are the same. */
function kindOf(type: string): { api: string; group: string; resource: string } | undefined {
  const [name = '', ...rest] = type.toLowerCase().split('.')
  const kind = kinds.get(name)
  const group = (rest[0] === 'v1' ? rest.slice(1) : rest).join('.')
  return rest.length === 0 || group === kind?.group ? kind : undefined
}
