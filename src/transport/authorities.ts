import { readFileSync, statSync } from 'node:fs'
import { reasonOf } from '../auth/bounded-file.ts'
import { ConnectionError } from '../errors.ts'
import type { Pem, TlsConfig } from '../kubeconfig/cluster-config.ts'
import { checkTls } from '../kubeconfig/tls.ts'

const maxBytes = 4 * 1024 * 1024

interface FileState {
  readonly stamp: string
  readonly ca: Pem | undefined
}

const known = new WeakMap<TlsConfig, FileState>()

/**
 * The certificates that are trusted now: a file is read again for the first connection after it has changed, since a
 * cluster's authority is replaced while its clients run. The same object as long as it is the same file.
 * @throws {ConnectionError} `ERR_TLS`: the file cannot be used
 */
export function authorities(tls: TlsConfig): Pem | undefined {
  const { caFile } = tls
  if (caFile === undefined) return tls.ca
  try {
    const file = statSync(caFile, { bigint: true })
    // A device or a pipe may never come to its end.
    if (!file.isFile() && !file.isDirectory()) throw new RangeError('is no file')
    const { ino, size, mtimeNs, ctimeNs } = file
    const stamp = `${ino} ${size} ${mtimeNs} ${ctimeNs}`
    const last = known.get(tls)
    if (last?.stamp === stamp) return last.ca
    if (size > maxBytes) throw new RangeError(`is larger than ${maxBytes} bytes`)
    const { ca } = checkTls({ ca: readFileSync(caFile) }, { ...names, ca: '' })
    known.set(tls, { stamp, ca })
    return ca
  } catch (cause) {
    const problem = reasonOf(cause).trim()
    throw new ConnectionError(
      'ERR_TLS',
      `the certificate authority cannot be used: ${caFile} ${problem}`,
      { cause },
    )
  }
}

const names = { cert: '', key: '', insecureSkipVerify: '' }
