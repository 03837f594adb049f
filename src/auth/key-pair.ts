import type { KeyObject } from 'node:crypto'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Pem } from './credential.ts'
import { FieldError } from './field-error.ts'
import type { PemBlock } from './pem.ts'
import { pemBlocks } from './pem.ts'

/**
 * A client certificate and its key, with only the blocks that count left.
 *
 * @param names what the two are called in errors
 * @throws {RangeError} no usable certificate or key, or a key that does not belong to the first certificate
 */
export function checkKeyPair(
  cert: Pem,
  key: Pem,
  names: { readonly cert: string; readonly key: string },
): { readonly cert: string; readonly key: string } {
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

export function isCertificate(block: PemBlock): boolean {
  try {
    new X509Certificate(block.text)
    return true
  } catch {
    return false
  }
}

/** Go takes an EC key that is labelled PRIVATE KEY; OpenSSL only under its own label. */
function readKey(block: PemBlock, name: string): readonly [string, KeyObject] {
  for (const text of [block.text, block.text.replaceAll(block.label, 'EC PRIVATE KEY')]) {
    try {
      return [text, createPrivateKey(text)]
    } catch {
      // OpenSSL's reasons are of no use to the reader, and could quote the input.
    }
  }
  // What made the old kind of encrypted keys is in the headers.
  if (block.label.startsWith('ENCRYPTED') || block.headers) {
    throw new FieldError(
      name,
      'is encrypted, and there is no way to ask for its passphrase; decrypt it with: openssl pkey -in KEY -out PLAIN',
    )
  }
  throw new FieldError(name, 'holds a private key that is damaged or of an unknown kind')
}
