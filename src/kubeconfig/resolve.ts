import { stat } from 'node:fs/promises'
import type { Auth } from '../auth/credential.ts'
import { FieldError } from '../auth/field-error.ts'
import { redact } from '../auth/redact.ts'
import type { ClusterConfig, TlsConfig } from './cluster-config.ts'
import type { KubeconfigCluster, KubeconfigUser, Origin } from './document.ts'
import { withCluster } from './exec.ts'
import { parseProxyUrl } from './proxy-url.ts'
import { dataOrFile } from './referenced-file.ts'
import { refusal } from './refusal.ts'
import { parseServer } from './server.ts'
import { checkTls } from './tls.ts'
import { resolveAuth, resolveImpersonation } from './user-auth.ts'

/** What a user entry comes down to. */
export type ResolvedUser = Pick<ClusterConfig, 'auth' | 'impersonate'> & {
  readonly tls: Pick<TlsConfig, 'cert' | 'key'>
  /** The fields that they come from. */
  readonly certField?: string
  readonly keyField?: string
  /** Whether its plugin asks for it. */
  readonly provideClusterInfo?: boolean
}

/**
 * Reads and checks everything the user entry refers to; without an entry the client is anonymous, as in client-go.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`
 */
export async function resolveUser(user: KubeconfigUser | undefined): Promise<ResolvedUser> {
  if (user === undefined) return { tls: {} }
  const tls = await clientCertificate(user)
  const auth = withFiles(await resolveAuth(user, tls.cert !== undefined), user)
  const impersonate = resolveImpersonation(user)
  return {
    tls,
    certField: `client-certificate${user.clientCertificate === undefined ? '-data' : ''}`,
    keyField: `client-key${user.clientKey === undefined ? '-data' : ''}`,
    provideClusterInfo: user.exec?.provideClusterInfo === true,
    ...(auth !== undefined && { auth }),
    ...(impersonate !== undefined && { impersonate }),
  }
}

async function clientCertificate(user: KubeconfigUser): Promise<ResolvedUser['tls']> {
  const { origin, clientCertificate: path, clientCertificateData: data } = user
  const cert = await dataOrFile(data, path, origin, 'client-certificate')
  // client-go does not look at a key without a certificate, not even whether its file exists.
  if (cert === undefined) return {}
  const key = await dataOrFile(user.clientKeyData, user.clientKey, origin, 'client-key')
  if (key === undefined) {
    throw refusal(origin, 'client-certificate', 'is set without client-key; it needs its key')
  }
  return { cert, key }
}

/** A certificate and key that are both files are read again for each dial, as in client-go (transport.go). */
function withFiles(auth: Auth | undefined, user: KubeconfigUser): Auth | undefined {
  const { clientCertificate: certFile, clientKey: keyFile } = user
  if (certFile === undefined || keyFile === undefined) return auth
  if (auth === undefined) return { certFile, keyFile }
  // Neither comes from a kubeconfig with a complete client certificate.
  if (typeof auth === 'function' || 'exec' in auth) return auth
  const both: Auth & Partial<Record<'token' | 'password', string>> = { ...auth, certFile, keyFile }
  return redact(both, ['token', 'password'])
}

/**
 * Reads and checks what the cluster entry refers to, and joins it with the user.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`
 */
export async function resolveCluster(
  cluster: KubeconfigCluster,
  user: ResolvedUser,
  userOrigin: Origin | undefined,
): Promise<ClusterConfig> {
  const { origin, certificateAuthority, certificateAuthorityData } = cluster
  const { server: address, proxyUrl: proxy, tlsServerName, insecureSkipTlsVerify } = cluster
  const path = certificateAuthority
  const ca = await dataOrFile(certificateAuthorityData, path, origin, 'certificate-authority')
  if (address === undefined) throw refusal(origin, 'server', 'is missing')
  const tls: TlsConfig = {
    ...(ca !== undefined && { ca }),
    ...(path !== undefined && (await isFile(path)) && { caFile: path }),
    ...user.tls,
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(insecureSkipTlsVerify && { insecureSkipVerify: true }),
  }
  const names = {
    ca: path === undefined ? 'certificate-authority-data' : 'certificate-authority',
    cert: user.certField ?? 'client-certificate',
    key: user.keyField ?? 'client-key',
    insecureSkipVerify: 'insecure-skip-tls-verify',
  }
  const server = checked(origin, () => parseServer(address))
  const proxyUrl = proxy && checked(origin, () => parseProxyUrl(proxy, 'proxy-url'))
  // client-go drops all of this without TLS. A client certificate stays, so that the dialer can refuse to go without.
  const usable =
    server.protocol === 'http:'
      ? { ...user.tls }
      : checked(origin, () => checkTls(tls, names), userOrigin)
  const { auth, impersonate } = withClusterInfo(user, cluster, ca)
  return {
    server: server.href,
    ...(Object.keys(usable).length > 0 && { tls: redact(usable, ['key']) }),
    ...(auth !== undefined && { auth }),
    ...(proxyUrl && { proxyUrl }),
    ...(impersonate !== undefined && { impersonate }),
  }
}

function withClusterInfo(
  user: ResolvedUser,
  cluster: KubeconfigCluster,
  ca: Uint8Array | undefined,
): ResolvedUser {
  const { auth, provideClusterInfo } = user
  if (provideClusterInfo !== true || typeof auth !== 'object' || !('exec' in auth)) return user
  return { ...user, auth: { exec: withCluster(auth.exec, cluster, ca) } }
}

/** And not a pipe, which can be read once. */
function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

/** A field that begins with `client-` is the user's. */
function checked<T>(cluster: Origin, check: () => T, user?: Origin): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    const origin = (error.field.startsWith('client-') && user) || cluster
    throw refusal(origin, error.field, error.problem)
  }
}
