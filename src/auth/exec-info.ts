import type { Json } from '../yaml/node.ts'
import type { ExecPlugin } from './exec-plugin.ts'

/**
 * `KUBERNETES_EXEC_INFO`, byte by byte what client-go sets, with the line break at its end: there are plugins that
 * take it apart with shell tools.
 */
export function execInfo({ apiVersion, cluster }: ExecPlugin, interactive: boolean): string {
  const spec = {
    ...(cluster !== undefined && {
      cluster: {
        server: cluster.server,
        'tls-server-name': cluster.tlsServerName || undefined,
        'insecure-skip-tls-verify': cluster.insecureSkipTlsVerify || undefined,
        'certificate-authority-data': cluster.certificateAuthorityData || undefined,
        'proxy-url': cluster.proxyUrl || undefined,
        'disable-compression': cluster.disableCompression || undefined,
        config: sorted(cluster.config ?? null),
      },
    }),
    interactive,
  }
  const json = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })
  return `${json.replace(/[<>&\u2028\u2029]/g, escaped)}\n`
}

/** Go's JSON can stand inside HTML. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Go's maps have no order of their own; written, they are sorted. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const object: Record<string, Json> = Object.create(null)
  for (const [key, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    object[key] = sorted(inner)
  }
  return object
}
