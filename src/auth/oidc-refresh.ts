import { AuthError } from '../errors.ts'
import type { FetchText, TextRequest } from './fetch-text.ts'
import type { OidcProvider } from './oidc-provider.ts'

/** Milliseconds for discovery, and again for the tokens. */
const TIMEOUT = 30_000

export interface OidcTokens {
  readonly idToken: string
  /** Absent: the one that was used stays good. */
  readonly refreshToken: string | undefined
}

interface Discovered {
  readonly endpoint: string
  readonly methods: readonly unknown[] | undefined
}

/**
 * Exchanges a refresh token for a new id-token.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_UNAVAILABLE`: the issuer cannot be reached, or says no
 */
export async function refreshOidc(
  provider: OidcProvider,
  refreshToken: string,
  fetchText: FetchText,
): Promise<OidcTokens> {
  const send = (request: Pick<TextRequest, 'url' | 'method' | 'headers' | 'body'>) =>
    exchange(provider, fetchText, request)
  const { endpoint, methods } = await discover(provider, send)
  const { clientId, clientSecret } = provider
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const post = (fields: Readonly<Record<string, string>>, authorization?: string) =>
    send({
      url: endpoint,
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      body: new URLSearchParams(fields).toString(),
    })
  const inBody = () =>
    post({ ...form, client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) })
  const byHeader = clientSecret && (methods?.includes('client_secret_basic') ?? true)
  let answer = byHeader ? await post(form, basic(clientId, clientSecret)) : await inBody()
  // Issuers that want the secret in the body do not always say so; Go's client tries both ways too.
  if (byHeader && answer.status !== 200 && answer.error !== 'invalid_grant') answer = await inBody()
  const { status, error, body } = answer
  if (status !== 200) {
    const words = error === undefined ? `${status}` : `${status} (${error})`
    return unavailable(provider, `refused to refresh the login with ${words}; log in again`)
  }
  const { id_token: idToken, refresh_token: next } = body
  if (typeof idToken !== 'string') {
    return unavailable(
      provider,
      'gave no id_token when the login was refreshed; it must support that, and the login must have the scope openid',
    )
  }
  return { idToken, refreshToken: typeof next === 'string' && next !== '' ? next : undefined }
}

type Send = (request: Pick<TextRequest, 'url' | 'method' | 'headers' | 'body'>) => Promise<Answer>

interface Answer {
  readonly status: number
  /** OAuth's word for what is wrong. */
  readonly error: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

async function discover(provider: OidcProvider, send: Send): Promise<Discovered> {
  const url = `${provider.issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { status, body } = await send({
    url,
    method: 'GET',
    headers: { Accept: 'application/json' },
  })
  const { token_endpoint: endpoint, token_endpoint_auth_methods_supported: methods } = body
  if (status !== 200) return unavailable(provider, `answered ${status} to a request for ${url}`)
  if (typeof endpoint !== 'string' || !/^https:\/\/[^/?#@]+(?:[/?]|$)/i.test(endpoint)) {
    return unavailable(provider, 'names no token_endpoint that starts with https://')
  }
  return { endpoint, methods: Array.isArray(methods) ? methods : undefined }
}

async function exchange(
  provider: OidcProvider,
  fetchText: FetchText,
  request: Pick<TextRequest, 'url' | 'method' | 'headers' | 'body'>,
): Promise<Answer> {
  const { ca } = provider
  const { status, text } = await fetchText({
    ...request,
    ...(ca !== undefined && { ca }),
    signal: AbortSignal.timeout(TIMEOUT),
  }).catch((cause: unknown) => unavailable(provider, 'cannot be reached; see the cause', cause))
  const body = parse(text)
  if (body === undefined && status === 200) {
    return unavailable(provider, 'sent an answer that is not a JSON object')
  }
  const error = body?.['error']
  const isWord = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error)
  return { status, error: isWord ? error : undefined, body: body ?? {} }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    // The parser's message would quote the tokens.
    return undefined
  }
}

function basic(id: string, secret: string): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
}

function unavailable({ issuerUrl }: OidcProvider, what: string, cause?: unknown): never {
  throw new AuthError('ERR_CREDENTIALS_UNAVAILABLE', `the OIDC issuer ${issuerUrl} ${what}`, {
    cause,
  })
}
