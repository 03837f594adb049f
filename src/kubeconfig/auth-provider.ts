import { resolve } from 'node:path'
import { FieldError } from '../auth/field-error.ts'
import { isHeaderText } from '../auth/header.ts'
import type { OidcProvider } from '../auth/oidc-provider.ts'
import { isIssuerUrl } from '../auth/oidc-provider.ts'
import { redact } from '../auth/redact.ts'
import type { KubeconfigAuthProvider, KubeconfigUser, Origin } from './document.ts'
import { dataOrFile } from './referenced-file.ts'
import { refusal } from './refusal.ts'
import { checkTls } from './tls.ts'

const CA = 'idp-certificate-authority'

/**
 * The login of a user's `auth-provider`, of which oidc is the one that Kubernetes clients still know.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`
 */
export async function resolveAuthProvider(
  { origin }: KubeconfigUser,
  provider: KubeconfigAuthProvider,
): Promise<OidcProvider> {
  if (provider.name !== 'oidc') {
    throw refusal(origin, 'auth-provider', replacementOf(provider.name))
  }
  const field = (name: string) => provider.config.get(name) || undefined
  const at = (name: string) => `auth-provider.config.${name}`
  const issuerUrl = field('idp-issuer-url')
  const clientId = field('client-id')
  if (issuerUrl === undefined) throw refusal(origin, at('idp-issuer-url'), 'is missing')
  if (clientId === undefined) throw refusal(origin, at('client-id'), 'is missing')
  if (!isIssuerUrl(issuerUrl)) {
    throw refusal(origin, at('idp-issuer-url'), 'must look like https://host[:port][/path]')
  }
  const idToken = field('id-token')
  if (idToken !== undefined && !isHeaderText(idToken)) {
    throw refusal(origin, at('id-token'), 'holds a character that no header may have')
  }
  const clientSecret = field('client-secret')
  const refreshToken = field('refresh-token')
  const ca = await authority(provider, origin)
  const { file } = origin
  const oidc: OidcProvider = {
    issuerUrl,
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(idToken !== undefined && { idToken }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(ca !== undefined && { ca }),
    ...(file !== undefined && { origin: { file: resolve(file), field: origin.field } }),
  }
  return redact(oidc, ['clientSecret', 'idToken', 'refreshToken'])
}

/** Unlike a kubeconfig's other paths this one is relative to the working directory, in client-go too; data wins over it. */
async function authority(
  { config }: KubeconfigAuthProvider,
  { file, field }: Origin,
): Promise<string | undefined> {
  const origin: Origin = { file, field: `${field}.auth-provider.config` }
  const encoded = config.get(`${CA}-data`)?.replaceAll(/\s/g, '')
  if (
    encoded &&
    !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)
  ) {
    throw refusal(origin, `${CA}-data`, 'is not base64 with padding')
  }
  const path = config.get(CA)
  const bytes = encoded
    ? Buffer.from(encoded, 'base64')
    : await dataOrFile(undefined, path ? resolve(path) : undefined, origin, CA)
  if (bytes === undefined) return undefined
  try {
    return String(checkTls({ ca: bytes }).ca)
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    throw refusal(origin, encoded ? `${CA}-data` : CA, error.problem)
  }
}

function replacementOf(name: string): string {
  switch (name) {
    case 'gcp':
      return 'gcp no longer exists in Kubernetes clients; use the exec plugin gke-gcloud-auth-plugin'
    case 'azure':
      return 'azure no longer exists in Kubernetes clients; use the exec plugin kubelogin'
    default:
      return 'has a name that is not known; Kubernetes clients know oidc alone'
  }
}
