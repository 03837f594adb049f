import type { KeyObject } from 'node:crypto'
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import * as der from './der.ts'

/** A certificate and its private key, both PEM. */
export interface CertificateAndKey {
  readonly cert: string
  readonly key: string
}

/** What a server's certificate is good for. */
export interface ServerCertificateOptions {
  /** DNS names and IP addresses. */
  readonly names: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A certificate authority of its own, living in memory only. */
export interface CertificateAuthority {
  /** PEM. */
  readonly cert: string
  issueServerCertificate(options: ServerCertificateOptions): CertificateAndKey
  /** A certificate for a user: Kubernetes takes the common name for the user's name. */
  issueClientCertificate(commonName: string): CertificateAndKey
}

const day = 86_400_000
const serverAuth = '1.3.6.1.5.5.7.3.1'
const clientAuth = '1.3.6.1.5.5.7.3.2'

interface Issuer {
  readonly name: Buffer
  readonly key: KeyObject
  readonly keyId: Buffer
}

interface Subject {
  readonly name: Buffer
  readonly publicKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Buffer[]
}

export function createCertificateAuthority(): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name: name('podwire test CA'), key: privateKey, keyId: keyIdOf(publicKey) }
  const cert = issue(issuer, {
    name: issuer.name,
    publicKey,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
    extensions: [
      // cA, and no further authority below it.
      extension('2.5.29.19', true, der.sequence(der.boolean(true), der.integer(Buffer.of(0)))),
      // keyCertSign, cRLSign
      extension('2.5.29.15', true, der.bitString(Buffer.of(0b0000_0110), 1)),
    ],
  })

  const issueLeaf = (
    commonName: string,
    purpose: string,
    extensions: readonly Buffer[],
    notBefore = new Date(Date.now() - day),
    notAfter = new Date(Date.now() + 30 * day),
  ): CertificateAndKey => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const leaf = issue(issuer, {
      name: name(commonName),
      publicKey: pair.publicKey,
      notBefore,
      notAfter,
      extensions: [
        extension('2.5.29.19', true, der.sequence()),
        // digitalSignature
        extension('2.5.29.15', true, der.bitString(Buffer.of(0b1000_0000), 7)),
        extension('2.5.29.37', false, der.sequence(der.objectIdentifier(purpose))),
        ...extensions,
      ],
    })
    return {
      cert: leaf,
      key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
  }

  return {
    cert,
    issueServerCertificate: ({ names, notBefore, notAfter }) =>
      issueLeaf(
        'podwire test server',
        serverAuth,
        [extension('2.5.29.17', false, der.sequence(...names.map(alternativeName)))],
        notBefore,
        notAfter,
      ),
    issueClientCertificate: (commonName) => issueLeaf(commonName, clientAuth, []),
  }
}

/** X.509 version 3 (RFC 5280), signed with ECDSA and SHA-256. */
function issue(issuer: Issuer, subject: Subject): string {
  const algorithm = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2'))
  const keyId = keyIdOf(subject.publicKey)
  const body = der.sequence(
    der.constructedContext(0, der.integer(Buffer.of(2))),
    der.integer(randomBytes(16)),
    algorithm,
    issuer.name,
    der.sequence(der.utcTime(subject.notBefore), der.utcTime(subject.notAfter)),
    subject.name,
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der.constructedContext(
      3,
      der.sequence(
        ...subject.extensions,
        extension('2.5.29.14', false, der.octetString(keyId)),
        extension('2.5.29.35', false, der.sequence(der.primitiveContext(0, issuer.keyId))),
      ),
    ),
  )
  const signature = der.bitString(sign('sha256', body, issuer.key))
  return pem('CERTIFICATE', der.sequence(body, algorithm, signature))
}

function name(commonName: string): Buffer {
  const attribute = der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8String(commonName))
  return der.sequence(der.set(attribute))
}

function extension(identifier: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(
    der.objectIdentifier(identifier),
    // DEFAULT FALSE, which DER leaves out.
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(value),
  )
}

function alternativeName(text: string): Buffer {
  if (isIP(text) === 0) return der.primitiveContext(2, Buffer.from(text))
  return der.primitiveContext(7, addressBytes(text))
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [left = '', right] = address.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const head = groups(left)
  const tail = groups(right ?? '')
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  const hex = [...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join('')
  return Buffer.from(hex, 'hex')
}

/** SHA-1 of the public key's bits (RFC 5280, 4.2.1.2): of a P-256 key the last 65 bytes. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const bits = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  return createHash('sha1').update(bits).digest()
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}
