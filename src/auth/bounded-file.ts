import { createReadStream } from 'node:fs'

/**
 * A file's bytes, read as a stream so that pipes and `/dev/fd` work and the size is bounded.
 *
 * @throws the error of the file system, or a `RangeError` for a file larger than `maxBytes`
 */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new RangeError(`is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Why a file could not be read, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return error.message
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'ENOENT':
      return 'does not exist'
    case 'EISDIR':
      return 'is a directory'
    case 'ENOTDIR':
      return 'has a file where a directory should be'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user'
    default:
      return `cannot be read (${code ?? 'unknown error'})`
  }
}
