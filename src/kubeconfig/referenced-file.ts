import { readBounded, reasonOf } from '../auth/bounded-file.ts'
import type { Origin } from './document.ts'
import { refusal } from './refusal.ts'

const MAX_BYTES = 4 * 1024 * 1024

/**
 * What a field and its `-data` twin come down to: bytes of one or the other, or neither.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`: both are set, or the file cannot be read
 */
export async function dataOrFile(
  data: Uint8Array | undefined,
  path: string | undefined,
  origin: Origin,
  name: string,
): Promise<Uint8Array | undefined> {
  if (path === undefined) return data
  if (data !== undefined) {
    throw refusal(origin, name, `and ${name}-data are both set; remove one of them`)
  }
  return readBounded(path, MAX_BYTES).catch((cause: unknown) => {
    throw refusal(origin, name, `names ${path}, which ${reasonOf(cause)}`, cause)
  })
}
