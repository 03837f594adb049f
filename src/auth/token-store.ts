import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { AuthError } from '../errors.ts'
import { parseYaml } from '../yaml/document.ts'
import { editStrings } from '../yaml/edit.ts'
import { Fields } from '../yaml/fields.ts'
import { decodeText } from '../yaml/text.ts'
import { readBounded, reasonOf } from './bounded-file.ts'
import type { OidcProvider } from './oidc-provider.ts'

const MAX_BYTES = 4 * 1024 * 1024
/** Milliseconds that another process may hold the lock. */
const LOCK_WAIT = 2000

/**
 * Puts new tokens where the login was read from: into the two fields of its provider, in one step, with every other
 * byte as it was. A file that holds another login by now is left alone.
 *
 * @param used the refresh token that the new ones were got with
 * @throws {AuthError} `ERR_CREDENTIALS_UNAVAILABLE`: the file cannot be written; the tokens are good nevertheless
 */
export async function saveTokens(
  provider: OidcProvider,
  used: string,
  tokens: { readonly idToken: string; readonly refreshToken: string },
): Promise<void> {
  const { origin } = provider
  if (origin === undefined) return
  try {
    await locked(origin.file, async () => {
      const path = await realpath(origin.file)
      const bytes = await readBounded(path, MAX_BYTES)
      const text = decodeText(bytes)
      if (!bytes.equals(Buffer.from(text, 'utf8'))) throw new Error('is not plain UTF-8')
      if (!(await holds(text, provider, used))) return
      const edited = await editStrings(text, [...pathOf(origin.field), 'auth-provider', 'config'], {
        'id-token': tokens.idToken,
        'refresh-token': tokens.refreshToken,
      })
      await replaceFile(path, edited)
    })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new AuthError(
      'ERR_CREDENTIALS_UNAVAILABLE',
      `the new tokens of the OIDC login could not be saved: ${origin.file} ${code === undefined ? message : reasonOf(cause)}`,
      { cause },
    )
  }
}

/** Such as `users[0].user`. */
function pathOf(field: string): readonly (string | number)[] {
  return Array.from(field.matchAll(/\[(\d+)\]|[^.[\]]+/g), ([name, index]) =>
    index === undefined ? name : Number(index),
  )
}

async function holds(text: string, provider: OidcProvider, used: string): Promise<boolean> {
  const root = new Fields(await parseYaml(text))
  const user = root.list('users').find((entry) => `${entry.path}.user` === provider.origin?.field)
  const entry = user?.fields('user').fields('auth-provider')
  const config = entry?.fields('config')
  return (
    entry?.string('name') === 'oidc' &&
    config?.string('idp-issuer-url') === provider.issuerUrl &&
    config.string('client-id') === provider.clientId &&
    config.string('refresh-token') === used
  )
}

/** The lock that kubectl takes when it changes a kubeconfig (client-go, config.go). */
async function locked(file: string, use: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`
  const deadline = Date.now() + LOCK_WAIT
  for (;;) {
    try {
      await (await open(lock, 'wx', 0)).close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (Date.now() >= deadline) throw new Error(`is locked by ${lock}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  try {
    await use()
  } finally {
    await rm(lock, { force: true })
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(path)
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    try {
      await handle.writeFile(text)
      const own = await handle.stat()
      if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid)
      await handle.chmod(mode & 0o7777)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
