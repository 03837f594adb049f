import type { KeyObject } from 'node:crypto'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Pem, TlsConfig } from './cluster-config.ts'
import { FieldError } from './field-error.ts'
import type { PemBlock } from './pem.ts'
import { pemBlocks } from './pem.ts'

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
  if (ca !== undefined && tls.insecureSkipVerify === true) {
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
    ...(cert !== undefined && key !== undefined && checkPair(cert, key, names)),
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

function checkPair(cert: Pem, key: Pem, names: TlsFieldNames): { cert: string; key: string } {
  const chain = pemBlocks(cert).filter(({ label }) => label === 'CERTIFICATE')
  const keyBlock = pemBlocks(key).find(isKey)
  const [leaf] = chain
  if (leaf === undefined) {
    throw new FieldError(names.cert, problemOf(pemBlocks(cert), 'certificate', names.key))
  }
  if (keyBlock === undefined) {
    throw new FieldError(names.key, problemOf(pemBlocks(key), 'private key', names.cert))
  }
  const [usable, privateKey] = readKey(keyBlock, names.key)
  if (!isCertificate(leaf)) throw new FieldError(names.cert, 'holds a damaged certificate')
  if (!new X509Certificate(leaf.text).checkPrivateKey(privateKey)) {
    throw new FieldError(
      names.key,
      `does not belong to the first certificate in ${names.cert}; the client's own must come first`,
    )
  }
  return { cert: chain.map(({ text }) => text).join(''), key: usable }
}

function problemOf(blocks: readonly PemBlock[], wanted: string, other: string): string {
  const swapped = blocks.some((block) =>
    wanted === 'certificate' ? isKey(block) : block.label === 'CERTIFICATE',
  )
  if (swapped) {
    const found = wanted === 'certificate' ? 'private key' : 'certificate'
    return `holds a ${found} instead of a ${wanted}; it may be swapped with ${other}`
  }
  return `holds no PEM ${wanted}`
}

function isKey({ label }: PemBlock): boolean {
  return label === 'PRIVATE KEY' || label.endsWith(' PRIVATE KEY')
}

function isCertificate(block: PemBlock): boolean {
  try {
    new X509Certificate(block.text)
    return true
  } catch {
    return false
  }
}

/** Go takes an EC key that is labelled PRIVATE KEY; OpenSSL only under its own label. */
function readKey(block: PemBlock, name: string): readonly [string, KeyObject] {
  if (block.label.startsWith('ENCRYPTED') || block.headers) {
    throw new FieldError(
      name,
      'is encrypted, and there is no way to ask for its passphrase; decrypt it with: openssl pkey -in KEY -out PLAIN',
    )
  }
  for (const text of [block.text, block.text.replaceAll(block.label, 'EC PRIVATE KEY')]) {
    try {
      return [text, createPrivateKey(text)]
    } catch {
      // OpenSSL's reasons are of no use to the reader, and could quote the input.
    }
  }
  throw new FieldError(name, 'holds a private key that is damaged or of an unknown kind')
}
