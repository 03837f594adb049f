import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Surroundings } from '../../../src/kubeconfig/surroundings.ts'

/** A temporary folder with files in it, and a process and a machine that know nothing else. */
export interface Folder extends AsyncDisposable {
  readonly path: string
  readonly surroundings: Surroundings
}

export async function folderWith(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'podwire-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  const surroundings: Surroundings = {
    env: Object.fromEntries(Object.entries(env).map(([k, v]) => [k, v.replaceAll('@', path)])),
    cwd: path,
    platform: 'linux',
    serviceAccount: join(path, 'serviceaccount'),
  }
  return { path, surroundings, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

export interface KubeconfigParts {
  /** Fields of the cluster `k` beside its server. */
  readonly cluster?: string
  readonly user?: string
  /** Fields of the context `c` beside its cluster and user. */
  readonly context?: string
}

/** A kubeconfig with one context, in flow style. */
export function kubeconfig({
  cluster = '',
  user = 'token: t',
  context = '',
}: KubeconfigParts = {}) {
  return [
    'current-context: c',
    `clusters: [{name: k, cluster: {server: "https://h:6443", ${cluster}}}]`,
    `users: [{name: u, user: {${user}}}]`,
    `contexts: [{name: c, context: {cluster: k, user: u, ${context}}}]`,
    '',
  ].join('\n')
}
