import { execFileSync } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** A kubectl to test with, or why there is none. */
export type Kubectl =
  | { readonly path: string; readonly version: string; readonly reason: null }
  | { readonly path: null; readonly version: null; readonly reason: string }

const oldest = 30

/**
 * A kubectl of 1.30 or later, the newest there is: `kubectl` or `kubectl.1.NN` in a folder of PATH or beside the file
 * that `kubectl` there leads to. The one of the Google Cloud SDK is a dispatcher, with the versioned ones beside it.
 */
export function findKubectl(): Kubectl {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const resolved = new Set(folders.flatMap(folderOfKubectl))
  const paths = [
    ...new Set([...folders.flatMap(versionedIn), ...[...resolved].flatMap(kubectlsIn)]),
  ]
  if (paths.length === 0) return missing('no kubectl in PATH')
  const versions = paths
    .flatMap((path) => versionOf(path))
    .sort((left, right) => right.minor - left.minor)
  const [newest] = versions
  if (newest === undefined) return missing('no kubectl in PATH runs')
  if (newest.minor < oldest) {
    return missing(`kubectl ${newest.version} is older than 1.${oldest}`)
  }
  return { path: newest.path, version: newest.version, reason: null }
}

function missing(reason: string): Kubectl {
  return { path: null, version: null, reason }
}

function folderOfKubectl(folder: string): string[] {
  try {
    return [dirname(realpathSync(join(folder, 'kubectl')))]
  } catch {
    return []
  }
}

/** Where there are versioned ones, `kubectl` is the dispatcher. */
function kubectlsIn(folder: string): string[] {
  const versioned = versionedIn(folder)
  return versioned.length > 0 ? versioned : [join(folder, 'kubectl')]
}

/** The newest `kubectl.1.NN` of a folder. */
function versionedIn(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const minors = names.flatMap((name) => /^kubectl\.1\.(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  return minors.length === 0 ? [] : [join(folder, `kubectl.1.${Math.max(...minors)}`)]
}

function versionOf(path: string): { path: string; version: string; minor: number }[] {
  try {
    const output = execFileSync(path, ['version', '--client', '-o', 'json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    })
    const { clientVersion } = JSON.parse(output)
    const version = String(clientVersion.gitVersion)
    return [{ path, version, minor: Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 0) }]
  } catch {
    return []
  }
}
