import type { HttpAnswer } from './http-answer.ts'
import { jsonAnswer, textAnswer } from './http-answer.ts'
import type { Generation } from './options.ts'
import { workloadKinds } from './workload.ts'

const verbs = ['get', 'list', 'watch']
const podSubresources = [
  { name: 'pods/attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  { name: 'pods/exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'pods/log', kind: 'Pod', verbs: ['get'] },
  { name: 'pods/portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
].map((subresource) => ({ ...subresource, singularName: '', namespaced: true }))

function resources(group: string): object[] {
  const pods = { kind: 'Pod', group: '', plural: 'pods', shortNames: ['po'] }
  return [...(group === '' ? [pods] : []), ...workloadKinds]
    .filter((kind) => kind.group === group)
    .map(({ kind, plural, shortNames }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: true,
      kind,
      verbs: kind === 'Pod' ? verbs : ['get'],
      ...(shortNames.length > 0 && { shortNames }),
      categories: ['all'],
    }))
}

function resourceList(groupVersion: string, list: readonly object[]): HttpAnswer {
  return jsonAnswer({ kind: 'APIResourceList', groupVersion, resources: list })
}

function apiGroup(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' }
  return { name, versions: [version], preferredVersion: version }
}

/** What kubectl asks before it asks for anything; `null` for another path. @param version `gitVersion` */
export function answerDiscovery(path: string, version: string): HttpAnswer | null {
  switch (path) {
    case '/healthz':
    case '/livez':
    case '/readyz':
      return textAnswer('ok')
    case '/version':
      return jsonAnswer(versionInfo(version))
    case '/api':
      return jsonAnswer({
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [],
      })
    case '/apis':
      return jsonAnswer({
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [apiGroup('apps'), apiGroup('batch')],
      })
    case '/apis/apps/v1':
      return resourceList('apps/v1', resources('apps'))
    case '/apis/batch/v1':
      return resourceList('batch/v1', resources('batch'))
    case '/api/v1':
      return resourceList('v1', [...resources(''), ...podSubresources])
    default:
      return null
  }
}

/** The paths that `system:anonymous` may read as well (the role `system:public-info-viewer`). */
export function isPublicPath(path: string): boolean {
  return ['/healthz', '/livez', '/readyz', '/version'].includes(path)
}

/** 1.35 is 35. */
export function minorVersion(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN)
}

/** Who answers v5 in a version, with the default feature gates. */
export function generationOf(version: string): Generation {
  const minor = minorVersion(version)
  if (minor < 30) return 'runtime'
  return minor < 36 ? 'api-server' : 'kubelet'
}

function versionInfo(version: string): object {
  return {
    major: '1',
    minor: String(minorVersion(version)),
    gitVersion: version,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'go1.25.0',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}
