import { AuthError } from '../errors.ts'
import { readBounded, reasonOf } from './bounded-file.ts'
import { checkHeaderText } from './header.ts'

/** Far over what any server takes in a header. */
const MAX_TOKEN_BYTES = 1024 * 1024

/**
 * Reads a token file anew for each dial, since the kubelet rewrites it long before the token expires.
 * A file that cannot be read or is blank leaves the last good token in use, as in client-go (token_source.go).
 *
 * @param fallback the token to use as long as the file has never been readable
 */
export function tokenFileReader(path: string, fallback?: string): () => Promise<string> {
  let last = fallback
  return async () => {
    let cause: unknown
    const bytes = await readBounded(path, MAX_TOKEN_BYTES).catch((error: unknown) => {
      cause = error
    })
    const token = bytes?.toString('utf8').trim() ?? ''
    if (token !== '') last = checkHeaderText(token, `the token in ${path}`)
    if (last !== undefined) return last
    throw new AuthError(
      'ERR_CREDENTIALS_UNAVAILABLE',
      `the token file ${path} ${cause === undefined ? 'is empty' : reasonOf(cause)}`,
      { cause },
    )
  }
}
