import { access } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { readBounded, reasonOf } from '../auth/bounded-file.ts'
import { KubeconfigError } from '../errors.ts'
import { MAX_KUBECONFIG_BYTES } from './parse.ts'
import type { Surroundings } from './surroundings.ts'

export interface KubeconfigFile {
  /** As it was given. */
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * The files that make up the configuration, in order: the one given, else those of `KUBECONFIG`, else
 * `~/.kube/config`. Of the last two, files that do not exist are skipped.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_NOT_FOUND`: the one given does not exist; `ERR_KUBECONFIG_UNREADABLE`
 */
export async function readKubeconfigs(
  explicit: string | undefined,
  surroundings: Surroundings,
): Promise<readonly KubeconfigFile[]> {
  const paths = explicit === undefined ? await defaultPaths(surroundings) : [explicit]
  const files: KubeconfigFile[] = []
  for (const path of paths) {
    try {
      const bytes = await readBounded(resolve(surroundings.cwd, path), MAX_KUBECONFIG_BYTES)
      files.push({ path, bytes })
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
      if (missing && explicit === undefined) continue
      throw new KubeconfigError(
        missing ? 'ERR_KUBECONFIG_NOT_FOUND' : 'ERR_KUBECONFIG_UNREADABLE',
        `the kubeconfig ${path} ${reasonOf(cause)}`,
        { file: path, cause },
      )
    }
  }
  return files
}

/** Nothing is expanded or trimmed; a KUBECONFIG that is set but empty counts as unset (client-go, loader.go). */
async function defaultPaths(surroundings: Surroundings): Promise<readonly string[]> {
  const { KUBECONFIG: list } = surroundings.env
  if (list) return [...new Set(list.split(delimiter).filter((path) => path !== ''))]
  const homes = homesOf(surroundings)
  const paths = homes.map((home) => join(home, '.kube', 'config'))
  for (const path of paths) if (await exists(path)) return [path]
  return paths.slice(0, 1)
}

/** Without a home there is no file: client-go would take `.kube/config` of whatever folder it runs in. */
function homesOf({ env, platform }: Surroundings): readonly string[] {
  const { HOME, HOMEDRIVE, HOMEPATH, USERPROFILE } = env
  const drive = HOMEDRIVE && HOMEPATH ? HOMEDRIVE + HOMEPATH : undefined
  const homes = platform === 'win32' ? [HOME, drive, USERPROFILE] : [HOME]
  return homes.filter((home): home is string => home !== undefined && home !== '')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
