import { AuthError } from '../errors.ts'
import { readBounded, reasonOf } from './bounded-file.ts'
import type { CertificateFiles, Credential, CredentialSource } from './credential.ts'
import { checkKeyPair } from './key-pair.ts'
import { redact } from './redact.ts'

const MAX_BYTES = 4 * 1024 * 1024

type Pair = ReturnType<typeof checkKeyPair>

/**
 * Adds a client certificate to each credential, read anew for it, since short-lived certificates are replaced in place.
 * Files that cannot be used, as between writing the one and the other, leave the last good pair in use.
 */
export function withCertificateFiles(
  source: CredentialSource,
  files: CertificateFiles,
): CredentialSource {
  const origins = new WeakMap<Credential, Credential>()
  const read = pairReader(files)
  return {
    refreshable: source.refreshable,
    credential: async (rejected, signal) => {
      const inner = await source.credential(rejected && origins.get(rejected), signal)
      const credential: Credential = { ...inner, ...(await read()) }
      origins.set(credential, inner)
      return redact(credential, ['headers', 'cert', 'key'])
    },
  }
}

function pairReader({ certFile, keyFile }: CertificateFiles): () => Promise<Pair> {
  let last: Pair | undefined
  return async () => {
    try {
      last = checkKeyPair(await readPem(certFile), await readPem(keyFile), {
        cert: certFile,
        key: keyFile,
      })
    } catch (cause) {
      if (last !== undefined) return last
      throw new AuthError(
        'ERR_CREDENTIALS_UNAVAILABLE',
        `the client certificate cannot be used: ${(cause as Error).message}`,
        { cause },
      )
    }
    return last
  }
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readBounded(path, MAX_BYTES)
  } catch (cause) {
    throw new Error(`${path} ${reasonOf(cause)}`, { cause })
  }
}
