import { FieldError } from '../auth/field-error.ts'
import { checkKeyPair, isCertificate } from '../auth/key-pair.ts'
import { pemBlocks } from '../auth/pem.ts'
import type { Pem, TlsConfig } from './cluster-config.ts'

/** What the fields are called in errors. */
export interface TlsFieldNames {
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly insecureSkipVerify: string
}

const LITERAL: TlsFieldNames = {
  ca: 'tls.ca',
  cert: 'tls.cert',
  key: 'tls.key',
  insecureSkipVerify: 'tls.insecureSkipVerify',
}

/**
 * Checks certificates and keys, which Node accepts in silence and then ignores, and leaves only the blocks that count.
 *
 * @throws {RangeError} no usable certificate or key, a key that does not belong to the certificate, or a CA that
 *   `insecureSkipVerify` would ignore
 */
export function checkTls(tls: TlsConfig, names: TlsFieldNames = LITERAL): TlsConfig {
  const { ca, cert, key, ...rest } = tls
  if ((ca ?? tls.caFile) !== undefined && tls.insecureSkipVerify === true) {
    throw new FieldError(names.insecureSkipVerify, `makes ${names.ca} useless; remove one of them`)
  }
  if (cert === undefined && key !== undefined) {
    throw new FieldError(names.key, `is set without ${names.cert}`)
  }
  if (cert !== undefined && key === undefined) {
    throw new FieldError(
      names.cert,
      `is set without ${names.key}; a client certificate needs its key`,
    )
  }
  return {
    ...rest,
    ...(ca !== undefined && { ca: checkCa(ca, names.ca) }),
    ...(cert !== undefined && key !== undefined && checkKeyPair(cert, key, names)),
  }
}

/** client-go trusts what it can read of a bundle; OpenSSL stops at the first block it cannot read. */
function checkCa(ca: Pem, name: string): string {
  const blocks = pemBlocks(ca)
  const good = blocks.filter((b) => b.label === 'CERTIFICATE' && !b.headers && isCertificate(b))
  if (good.length > 0) return good.map(({ text }) => text).join('')
  throw new FieldError(
    name,
    blocks.length === 0
      ? 'is not PEM; it must hold at least one -----BEGIN CERTIFICATE----- block'
      : 'holds no usable CERTIFICATE block',
  )
}
