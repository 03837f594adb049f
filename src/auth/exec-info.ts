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
        config: cluster.config ?? null,
      },
    }),
    interactive,
  }
  return `${JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })}\n`
}
