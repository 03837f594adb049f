import { AuthError } from '../errors.ts'
import { knownKeys } from '../option.ts'
import { authorization, bearer } from './authorization.ts'
import { callerSource } from './caller-source.ts'
import { withCertificateFiles } from './certificate-files.ts'
import type { Auth, Credential, CredentialSource, HeaderAuth } from './credential.ts'
import type { CredentialHost } from './credential-host.ts'
import { execSource } from './exec-source.ts'
import { checkHeaderText } from './header.ts'
import { oidcSource } from './oidc-source.ts'
import { tokenFileReader } from './token-file.ts'

const authKeys = [
  'token',
  'tokenFile',
  'username',
  'password',
  'certFile',
  'keyFile',
  'exec',
  'oidc',
]

/**
 * Where the credentials of `auth` come from; without `auth` every credential is empty.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: a token, user name or password that no header can hold
 */
export function credentialSource(
  auth: Auth | undefined,
  host: CredentialHost = {},
): CredentialSource {
  if (auth === undefined) return fixed({})
  if (typeof auth === 'function') return callerSource(auth)
  checkShape(auth)
  if ('exec' in auth) return execSource(auth.exec, host)
  if (!('certFile' in auth)) return headerSource(auth, host)
  const { certFile, keyFile, ...header } = auth
  const others = Object.keys(header).length > 0
  const source = others ? headerSource(header as HeaderAuth, host) : fixed({})
  return withCertificateFiles(source, { certFile, keyFile })
}

/** What is not understood is never shown: it may be the secret itself. */
function checkShape(auth: Exclude<Auth, (...args: never) => unknown>): void {
  knownKeys('auth', auth, authKeys)
  if ('username' in auth && ('token' in auth || 'tokenFile' in auth)) {
    throw new TypeError('auth takes a token or a username with its password, and not both')
  }
  if ('password' in auth && !('username' in auth)) {
    throw new TypeError('auth.password needs auth.username')
  }
  if ('token' in auth && auth.token !== undefined && typeof auth.token !== 'string') {
    throw new TypeError('auth.token must be a string')
  }
}

function headerSource(auth: HeaderAuth, host: CredentialHost): CredentialSource {
  if ('tokenFile' in auth) {
    const fallback = auth.token === undefined ? undefined : checkHeaderText(auth.token, 'the token')
    const read = tokenFileReader(auth.tokenFile, fallback)
    return { refreshable: true, credential: async () => bearer(await read()) }
  }
  if ('token' in auth) {
    if (auth.token === '') {
      throw new AuthError('ERR_CREDENTIALS_INVALID', 'the token is empty; leave auth out instead')
    }
    return fixed(bearer(checkHeaderText(auth.token, 'the token')))
  }
  if ('username' in auth) return fixed(basic(auth.username, auth.password))
  if ('oidc' in auth) return oidcSource(auth.oidc, host)
  throw new TypeError(
    'auth must be a token, a tokenFile, a username and password, certFile and keyFile, exec, oidc, or a function',
  )
}

function fixed(credential: Credential): CredentialSource {
  return { refreshable: false, credential: async () => credential }
}

function basic(username: string, password = ''): Credential {
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new TypeError('auth.username and auth.password must be strings')
  }
  if (username.includes(':')) {
    throw new AuthError(
      'ERR_CREDENTIALS_INVALID',
      'the user name holds a colon, which basic authentication cannot express',
    )
  }
  const pair = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
  return authorization(`Basic ${pair}`)
}
