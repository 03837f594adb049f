import { AuthError } from '../errors.ts'
import { callerSource } from './caller-source.ts'
import type { Auth, Credential, CredentialSource } from './credential.ts'
import { checkHeaderValue } from './header.ts'
import { redact } from './redact.ts'
import { tokenFileReader } from './token-file.ts'

/**
 * Where the credentials of `auth` come from; without `auth` every credential is empty.
 *
 * @throws {AuthError} `ERR_CREDENTIALS_INVALID`: a token, user name or password that no header can hold
 */
export function credentialSource(auth: Auth | undefined): CredentialSource {
  if (auth === undefined) return fixed({})
  if (typeof auth === 'function') return callerSource(auth)
  if ('tokenFile' in auth) {
    const fallback =
      auth.token === undefined ? undefined : checkHeaderValue(auth.token, 'The token')
    const read = tokenFileReader(auth.tokenFile, fallback)
    return { refreshable: true, credential: async () => bearer(await read()) }
  }
  if ('token' in auth) {
    if (auth.token === '') {
      throw new AuthError('ERR_CREDENTIALS_INVALID', 'The token is empty; leave auth out instead.')
    }
    return fixed(bearer(checkHeaderValue(auth.token, 'The token')))
  }
  if ('username' in auth) return fixed(basic(auth.username, auth.password))
  throw new TypeError('auth must be a token, a tokenFile, a username and password, or a function.')
}

function fixed(credential: Credential): CredentialSource {
  return { refreshable: false, credential: async () => credential }
}

function bearer(token: string): Credential {
  return authorization(`Bearer ${token}`)
}

function basic(username: string, password = ''): Credential {
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw new TypeError('auth.username and auth.password must be strings.')
  }
  if (username.includes(':')) {
    throw new AuthError(
      'ERR_CREDENTIALS_INVALID',
      'The user name holds a colon, which basic authentication cannot express.',
    )
  }
  const pair = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
  return authorization(`Basic ${pair}`)
}

function authorization(value: string): Credential {
  return redact({ headers: { Authorization: value } }, ['headers'])
}
