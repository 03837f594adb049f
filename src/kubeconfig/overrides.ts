import { redact } from '../auth/redact.ts'
import type { ClusterConfig } from './cluster-config.ts'
import type { KubeconfigCluster, KubeconfigUser, Origin } from './document.ts'
import type { Overrides } from './load-options.ts'
import { located } from './position.ts'
import { dataOrFile } from './referenced-file.ts'
import { resolveUser } from './resolve.ts'

const ORIGIN: Origin = { file: undefined, field: 'overrides' }

const NO_CLUSTER: KubeconfigCluster = {
  origin: ORIGIN,
  server: undefined,
  certificateAuthority: undefined,
  certificateAuthorityData: undefined,
  insecureSkipTlsVerify: false,
  tlsServerName: undefined,
  proxyUrl: undefined,
  disableCompression: false,
  extensions: new Map(),
}

const NO_USER: KubeconfigUser = {
  origin: ORIGIN,
  token: undefined,
  tokenFile: undefined,
  username: undefined,
  password: undefined,
  clientCertificate: undefined,
  clientCertificateData: undefined,
  clientKey: undefined,
  clientKeyData: undefined,
  as: undefined,
  asUid: undefined,
  asGroups: [],
  asUserExtra: new Map(),
  exec: undefined,
  authProvider: undefined,
}

/** The cluster as overridden; a server alone makes one. */
export function overrideCluster(
  cluster: KubeconfigCluster | undefined,
  { server, tlsServerName, certificateAuthority, insecureSkipTlsVerify, proxyUrl }: Overrides,
): KubeconfigCluster | undefined {
  if (cluster === undefined && server === undefined) return undefined
  const base = cluster ?? NO_CLUSTER
  const insecure = certificateAuthority === undefined && base.insecureSkipTlsVerify
  return {
    ...base,
    origin: replaced(base.origin, { certificateAuthority, insecureSkipTlsVerify }),
    server: server ?? base.server,
    // As kubectl does: the name belongs to the server that was replaced (client_config.go).
    tlsServerName: tlsServerName ?? (server === undefined ? base.tlsServerName : undefined),
    insecureSkipTlsVerify: insecureSkipTlsVerify ?? insecure,
    ...((insecureSkipTlsVerify === true || certificateAuthority !== undefined) && {
      certificateAuthority,
      certificateAuthorityData: undefined,
    }),
    proxyUrl: proxyUrl ?? base.proxyUrl,
  }
}

/** The user as overridden; a token, a certificate or somebody to act as makes one. */
export function overrideUser(
  user: KubeconfigUser | undefined,
  { token, clientCertificate, clientKey, impersonate }: Overrides,
): KubeconfigUser | undefined {
  if ((token ?? clientCertificate ?? clientKey ?? impersonate) === undefined) return user
  const base = user ?? NO_USER
  const changed: KubeconfigUser = {
    ...base,
    origin: replaced(base.origin, { token, clientCertificate, clientKey, impersonate }),
    ...(token !== undefined && {
      token,
      tokenFile: undefined,
      username: undefined,
      password: undefined,
      exec: undefined,
      authProvider: undefined,
    }),
    ...(clientCertificate !== undefined && { clientCertificate, clientCertificateData: undefined }),
    ...(clientKey !== undefined && { clientKey, clientKeyData: undefined }),
    ...(impersonate !== undefined && {
      as: impersonate.user,
      asUid: impersonate.uid,
      asGroups: impersonate.groups ?? [],
      asUserExtra: new Map(Object.entries(impersonate.extra ?? {})),
    }),
  }
  return redact(changed, ['token', 'password', 'clientKeyData'])
}

/** What is wrong with a value of the caller's is in no file. */
function replaced(origin: Origin, options: Readonly<Record<string, unknown>>): Origin {
  const overridden = Object.keys(options).filter((name) => options[name] !== undefined)
  return located({ ...origin, overridden }, origin)
}

/** A pod's own configuration as overridden. @throws {KubeconfigError} a file that cannot be read */
export async function overrideConfig(
  config: ClusterConfig,
  overrides: Overrides,
): Promise<ClusterConfig> {
  const { token, impersonate, proxyUrl, tlsServerName, insecureSkipTlsVerify } = overrides
  const insecure = insecureSkipTlsVerify === true
  const path = overrides.certificateAuthority
  const ca = await dataOrFile(undefined, path, ORIGIN, 'certificateAuthority')
  const { tls } = await resolveUser(overrideUser(undefined, overrides))
  return {
    ...config,
    tls: {
      ...(insecure ? { insecureSkipVerify: true } : config.tls),
      ...(ca !== undefined && path !== undefined && { ca, caFile: path }),
      ...tls,
      ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    },
    ...(token !== undefined && { auth: redact({ token }, ['token']) }),
    ...(impersonate !== undefined && { impersonate }),
    ...(proxyUrl !== undefined && { proxyUrl }),
  }
}
