import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import { impersonationHeaders } from '../../../src/auth/impersonation.ts'
import type { LoadedClusterConfig } from '../../../src/kubeconfig/cluster-config.ts'
import { loadFrom } from '../../../src/kubeconfig/load.ts'

export interface Observed {
  readonly stage?: 'load' | 'config' | 'url' | 'transport' | 'request'
  readonly err?: string
  readonly emptyConfig?: boolean
  readonly url?: string
  readonly namespace?: string
  readonly headers?: readonly string[]
  readonly serverName?: string
  readonly insecure?: boolean
  readonly proxy?: string
  readonly exec?: {
    readonly apiVersion: string
    readonly command: string
    readonly args: readonly string[] | null
    readonly env: readonly { readonly name: string; readonly value: string }[] | null
    readonly hint: string
    readonly interactive: string
    readonly pci: boolean
  }
}

export interface Case {
  readonly id: string
  readonly title: string
  readonly kc?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly files: Readonly<Record<string, string | { readonly base64: string }>>
  readonly observed: Observed
}

export async function readCases(): Promise<readonly Case[]> {
  const fixture = new URL('../../../fixtures/kubeconfig/cases.json', import.meta.url)
  return JSON.parse(await readFile(fixture, 'utf8')).cases
}

/** Loads a case from a folder of its own, which is gone when `use` is done. */
export async function loadCase<T>(
  recorded: Case,
  use: (config: LoadedClusterConfig) => T | Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  const inFolder = (text: string) => text.replaceAll('@', folder)
  try {
    for (const [name, content] of Object.entries(recorded.files)) {
      const path = join(folder, name)
      await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true })
      if (name.endsWith('/')) continue
      const data =
        typeof content === 'string'
          ? content.replaceAll('@@', folder)
          : Buffer.from(content.base64, 'base64')
      await writeFile(path, data)
    }
    const { kc, cwd = '.', env = {}, args = [] } = recorded
    const context = args[args.indexOf('-context') + 1]
    const config = await loadFrom(
      {
        ...(kc !== undefined && { kubeconfig: inFolder(kc) }),
        ...(context !== undefined && args.length > 0 && { context }),
      },
      {
        env: {
          HOME: join(folder, 'home'),
          ...Object.fromEntries(Object.entries(env).map(([k, v]) => [k, inFolder(v)])),
        },
        cwd: join(folder, cwd),
        platform: 'linux',
        serviceAccount: join(folder, 'no-service-account'),
      },
    )
    return await use(config)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The result in the words of the recording; header names as Go writes them. */
export async function observe(config: LoadedClusterConfig): Promise<Observed> {
  const { server, namespace, tls, auth, impersonate, proxyUrl } = config
  const { headers: credentials = {} } = await credentialSource(auth).credential()
  const headers = Object.entries({ ...credentials, ...impersonationHeaders(impersonate) })
    .flatMap(([name, value]) => [value].flat().map((one) => `${canonical(name)}: ${utf8(one)}`))
    .sort()
  return {
    url: server,
    namespace,
    ...(headers.length > 0 && { headers }),
    ...(tls?.serverName !== undefined && { serverName: tls.serverName }),
    ...(tls?.insecureSkipVerify === true && { insecure: true }),
    ...(proxyUrl !== undefined && { proxy: proxyUrl }),
  }
}

/** What the server reads. */
function utf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8')
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
