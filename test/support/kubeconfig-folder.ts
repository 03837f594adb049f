import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadFrom } from '../../src/kubeconfig/load.ts'
import type { LoadOptions } from '../../src/kubeconfig/load-options.ts'
import type { Clientcmd } from '../conformance/clientcmd.ts'
import type { KubeconfigInput } from './kubeconfig-arbitrary.ts'
import type { Difference } from './kubeconfig-deviations.ts'
import { PEMS } from './kubeconfig-pems.ts'
import { verdictFrom, verdictOf } from './kubeconfig-verdict.ts'

/** A folder in which podwire and client-go read the same kubeconfigs, one after the other. */
export interface KubeconfigFolder extends AsyncDisposable {
  readonly path: string
  /** What the two make of an input. */
  compare(input: KubeconfigInput): Promise<Difference>
}

export async function kubeconfigFolder(clientGo: Clientcmd): Promise<KubeconfigFolder> {
  const outer = await mkdtemp(join(tmpdir(), 'podwire-kubeconfig-'))
  // A level down, where a `..` too many meets nobody else's files.
  const path = join(outer, 'x')
  for (const [name, text] of Object.entries(await surroundingFiles())) await write(path, name, text)
  for (const name of ['home/.kube', 'nohome']) await mkdir(join(path, name), { recursive: true })
  return {
    path,
    compare: (input) => compare(clientGo, path, input),
    [Symbol.asyncDispose]: () => rm(outer, { recursive: true }),
  }
}

/** What the kubeconfigs refer to: something else in each folder, so that a path from the wrong one is noticed. */
async function surroundingFiles(): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = { blank: ' \n' }
  for (const folder of ['', 'a/', 'b/', 'home/']) files[`${folder}token`] = `token-${folder}\n`
  for (const folder of ['', 'a/', 'b/']) {
    for (const [name, pem] of Object.entries(PEMS)) files[`${folder}pki/${name}`] = pem
  }
  return { ...files, 'a/pki/ca': PEMS['cert'] ?? '' }
}

async function write(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
}

let unique = 0

async function compare(
  clientGo: Clientcmd,
  path: string,
  input: KubeconfigInput,
): Promise<Difference> {
  // client-go keeps an OIDC login as long as it runs, by its client.
  unique += 1
  const inFolder = (text: string) =>
    text.replaceAll('@/', `${path}/`).replaceAll('@unique', `client${unique}`)
  const located = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, inFolder(value)]))
  const files = located(input.files)
  const env = located(input.env)
  const flags = located(input.flags)
  const cwd = join(path, input.cwd)
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  try {
    const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`)
    const answer = await clientGo.ask({ cwd, env, args: ['-request', ...args] })
    const serviceAccount = join(path, 'no-service-account')
    const ours = await verdictFrom(() =>
      loadFrom(optionsOf(flags), { env, cwd, platform: 'linux', serviceAccount }),
    )
    const text = Object.values(files).join('\n')
    return { input, text, ours, theirs: verdictOf(answer), answer }
  } finally {
    for (const name of Object.keys(files)) await rm(join(path, name))
  }
}

/** The options that are kubectl's flags. */
function optionsOf(flags: Readonly<Record<string, string>>): LoadOptions {
  const {
    'tls-server-name': tlsServerName,
    'insecure-skip-tls-verify': insecure,
    'proxy-url': proxyUrl,
    server,
    token,
    ...names
  } = flags
  return {
    ...names,
    overrides: {
      ...(server !== undefined && { server }),
      ...(token !== undefined && { token }),
      ...(tlsServerName !== undefined && { tlsServerName }),
      ...(insecure !== undefined && { insecureSkipTlsVerify: true }),
      ...(proxyUrl !== undefined && { proxyUrl }),
    },
  }
}
