import { createHash, X509Certificate } from 'node:crypto'
import { credentialSource } from '../../src/auth/credential-source.ts'
import type { ExecPlugin } from '../../src/auth/exec-plugin.ts'
import { pemBlocks } from '../../src/auth/pem.ts'
import { AuthError, KubeconfigError } from '../../src/errors.ts'
import type { LoadedClusterConfig, Pem } from '../../src/kubeconfig/cluster-config.ts'
import type { ClientcmdAnswer } from '../conformance/clientcmd.ts'

/** What a kubeconfig comes down to, in words that podwire and client-go share. */
export type Verdict = Refused | Accepted

export interface Refused {
  /** `empty`: it says nothing about a cluster, so that a pod's service account is next. */
  readonly verdict: 'refused' | 'empty'
  /** Whose words these are does not count. */
  readonly why: string
}

export interface Accepted {
  readonly verdict: 'accepted'
  /** The first request's. */
  readonly url: string
  readonly namespace: string
  /** SHA-256 of each certificate. */
  readonly ca: readonly string[]
  readonly cert: readonly string[]
  readonly serverName: string
  readonly insecure: boolean
  readonly proxy: string
  /** The header; `login` where it is not to be had without one, `unusable` where podwire refuses it only when it dials. */
  readonly authorization: string
  readonly plugin: string
  readonly impersonate: string
}

/** The words of a refusal are each side's own. */
export function shownVerdict(verdict: Verdict): object {
  return verdict.verdict === 'accepted' ? verdict : { verdict: verdict.verdict }
}

/** client-go's, without the TLS settings and credentials that it never uses. */
export function verdictOf(answer: ClientcmdAnswer): Verdict {
  const { stage, error = '', emptyConfig, plugin, provider, tls, impersonate = {} } = answer
  const late = stage === 'request' && (plugin !== undefined || provider !== undefined)
  if (stage !== undefined && !late) {
    return { verdict: emptyConfig === true ? 'empty' : 'refused', why: `${stage}: ${error}` }
  }
  const plain = /^http:/i.test(answer.url ?? '')
  const header = answer.headers?.find((line) => line.startsWith('Authorization: '))
  const authorization = header?.slice('Authorization: '.length) ?? ''
  const cert = tls?.cert ?? []
  const runs = plugin !== undefined && !plain && authorization === '' && cert.length === 0
  const { env = [], args = [] } = plugin ?? {}
  return {
    verdict: 'accepted',
    url: answer.requestUrl ?? '',
    namespace: answer.namespace ?? '',
    ca: tls?.ca ?? [],
    cert,
    serverName: tls?.serverName ?? '',
    insecure: tls?.insecure === true,
    proxy: answer.proxy ?? '',
    authorization: stage === 'request' && !runs ? 'login' : authorization,
    plugin: runs
      ? pluginText(
          plugin,
          args,
          Object.fromEntries(env.map(({ name, value }) => [name, value])),
          plugin.clusterInfo,
        )
      : '',
    impersonate: impersonationText(impersonate),
  }
}

/** podwire's. */
export async function verdictFrom(load: () => Promise<LoadedClusterConfig>): Promise<Verdict> {
  let config: LoadedClusterConfig
  try {
    config = await load()
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error
    const empty = error.code === 'ERR_KUBECONFIG_NOT_FOUND' && !/does not exist/.test(error.message)
    return { verdict: empty ? 'empty' : 'refused', why: `${error.code}: ${error.message}` }
  }
  const { server, tls = {}, auth, impersonate, proxyUrl = '' } = config
  const plugin = typeof auth === 'object' && 'exec' in auth ? auth.exec : undefined
  return {
    verdict: 'accepted',
    url: `${server}/api/v1`,
    namespace: config.namespace,
    ca: fingerprints(tls.ca),
    cert: fingerprints(tls.cert),
    serverName: tls.serverName ?? '',
    insecure: tls.insecureSkipVerify === true,
    proxy: proxyUrl,
    authorization: plugin === undefined ? await authorizationOf(config) : '',
    plugin: plugin === undefined ? '' : ourPlugin(plugin),
    impersonate: impersonationText(impersonate ?? {}),
  }
}

async function authorizationOf({ auth }: LoadedClusterConfig): Promise<string> {
  try {
    const { headers } = await credentialSource(auth).credential()
    return Buffer.from(headers?.['Authorization'] ?? '', 'latin1').toString('utf8')
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return typeof auth === 'object' && 'oidc' in auth ? 'login' : 'unusable'
  }
}

function ourPlugin(plugin: ExecPlugin): string {
  return pluginText(plugin, plugin.args ?? [], plugin.env ?? {}, plugin.cluster !== undefined)
}

function pluginText(
  plugin: { apiVersion: string; command: string; interactiveMode?: string },
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  clusterInfo = false,
): string {
  const { apiVersion, command, interactiveMode } = plugin
  const variables = Object.entries(env).toSorted()
  return JSON.stringify([apiVersion, command, interactiveMode, args, variables, clusterInfo])
}

/** A list without values sends nothing. */
function impersonationText(who: NonNullable<ClientcmdAnswer['impersonate']>): string {
  const extra = Object.entries(who.extra ?? {}).filter(([, values]) => values?.length)
  if (!who.user && !who.uid && !who.groups?.length && extra.length === 0) return ''
  return JSON.stringify([who.user ?? '', who.uid ?? '', who.groups ?? [], extra.toSorted()])
}

function fingerprints(pem: Pem | undefined): readonly string[] {
  if (pem === undefined) return []
  return pemBlocks(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ text }) => createHash('sha256').update(der(text)).digest('hex'))
}

/** As it is in the file: of a chain only the first certificate is looked at. */
function der(text: string): Buffer {
  try {
    return new X509Certificate(text).raw
  } catch {
    return Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64')
  }
}
