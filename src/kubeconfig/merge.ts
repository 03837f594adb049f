import { dirname, resolve, sep } from 'node:path'
import { redact } from '../auth/redact.ts'
import type {
  KubeconfigCluster,
  KubeconfigDocument,
  KubeconfigExec,
  KubeconfigUser,
} from './document.ts'
import { located } from './position.ts'

/**
 * One kubeconfig of several: of entries with the same name the first wins as a whole, and so does the first
 * `current-context` that is not empty. Paths become absolute, each from the folder of the file that names it.
 */
export function mergeKubeconfigs(
  documents: readonly KubeconfigDocument[],
  cwd: string,
): KubeconfigDocument {
  const current = documents.find((document) => document.currentContext !== undefined)
  const merged: KubeconfigDocument = {
    file: (current ?? documents[0])?.file,
    currentContext: current?.currentContext,
    clusters: first(
      documents.map(({ clusters }) => clusters),
      (entry) => locatedCluster(entry, cwd),
    ),
    users: first(
      documents.map(({ users }) => users),
      (entry) => locatedUser(entry, cwd),
    ),
    contexts: first(
      documents.map(({ contexts }) => contexts),
      (entry) => entry,
    ),
  }
  return located(merged, current)
}

function first<T>(
  maps: readonly ReadonlyMap<string, T>[],
  change: (entry: T) => T,
): ReadonlyMap<string, T> {
  const merged = new Map<string, T>()
  for (const map of maps) {
    for (const [name, entry] of map) if (!merged.has(name)) merged.set(name, change(entry))
  }
  return merged
}

function locatedCluster(cluster: KubeconfigCluster, cwd: string): KubeconfigCluster {
  const { certificateAuthority, origin } = cluster
  const changed: KubeconfigCluster = {
    ...cluster,
    certificateAuthority: absolute(certificateAuthority, origin.file, cwd),
  }
  return redact(changed, ['server', 'proxyUrl'])
}

function locatedUser(user: KubeconfigUser, cwd: string): KubeconfigUser {
  const { file } = user.origin
  const changed: KubeconfigUser = {
    ...user,
    tokenFile: absolute(user.tokenFile, file, cwd),
    clientCertificate: absolute(user.clientCertificate, file, cwd),
    clientKey: absolute(user.clientKey, file, cwd),
    exec: user.exec && locatedExec(user.exec, file, cwd),
  }
  return redact(changed, ['token', 'password', 'clientKeyData'])
}

/** A bare name is looked up in PATH, even when a file of that name lies beside the kubeconfig. */
function locatedExec(exec: KubeconfigExec, file: string | undefined, cwd: string): KubeconfigExec {
  const command = exec.command?.includes(sep) ? absolute(exec.command, file, cwd) : exec.command
  const changed: KubeconfigExec = { ...exec, command }
  return redact(changed, ['args', 'env'])
}

/** `~` and `$VAR` are names like any other. */
function absolute(
  path: string | undefined,
  file: string | undefined,
  cwd: string,
): string | undefined {
  if (path === undefined) return undefined
  return resolve(cwd, file === undefined ? '.' : dirname(file), path)
}
