import type { HttpAnswer } from './http-answer.ts'
import { jsonAnswer, textAnswer } from './http-answer.ts'
import type { Generation } from './options.ts'

const podVerbs = ['get', 'list']

function resource(name: string, kind: string, verbs: readonly string[]): object {
  return {
    name,
    singularName: name === 'pods' ? 'pod' : '',
    namespaced: true,
    kind,
    verbs,
    ...(name === 'pods' && { shortNames: ['po'], categories: ['all'] }),
  }
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
      return jsonAnswer({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] })
    case '/api/v1':
      return jsonAnswer({
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [
          resource('pods', 'Pod', podVerbs),
          resource('pods/attach', 'PodAttachOptions', ['create', 'get']),
          resource('pods/exec', 'PodExecOptions', ['create', 'get']),
          resource('pods/log', 'Pod', ['get']),
          resource('pods/portforward', 'PodPortForwardOptions', ['create', 'get']),
        ],
      })
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
