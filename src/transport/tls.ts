import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { PeerCertificate, SecureContext } from 'node:tls'
import { checkServerIdentity, createSecureContext } from 'node:tls'
import type { Credential } from '../auth/credential.ts'
import type { Pem, TlsConfig } from '../kubeconfig/cluster-config.ts'
import { authorities } from './authorities.ts'

/** The options of `tls.connect` that we set, the same for every request. */
export interface TlsOptions {
  readonly secureContext: SecureContext
  readonly servername: string
  readonly rejectUnauthorized: boolean
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
  readonly ALPNProtocols: string[]
  readonly session?: Buffer
}

/**
 * TLS options for one connection.
 * @throws {ConnectionError} `ERR_TLS`: the file of the authorities cannot be used
 * @throws {Error} OpenSSL does not take a certificate or key
 */
export function tlsOptions(tls: TlsConfig, hostname: string, credential: Credential): TlsOptions {
  const name = tls.serverName ?? hostname
  return {
    secureContext: secureContext(tls, credential),
    // An address is no server name: it is checked against the certificate, but not sent (RFC 6066, section 3).
    servername: isIP(name) === 0 ? name : '',
    rejectUnauthorized: tls.insecureSkipVerify !== true,
    checkServerIdentity: (_host, certificate) => identityError(name, certificate),
    // The server hands its connection over for an upgrade, which HTTP/2 has not.
    ALPNProtocols: ['http/1.1'],
  }
}

interface ParsedIdentity {
  readonly ca: Pem | undefined
  readonly cert: Pem | undefined
  readonly key: Pem | undefined
  readonly context: SecureContext
}

/** What was last made of each configuration: parsing certificates is a fifth of the CPU time of a short exec. */
const parsed = new WeakMap<TlsConfig, ParsedIdentity>()

/** Certificates and keys as OpenSSL has them; parsed anew when a credential brings other ones. */
function secureContext(tls: TlsConfig, credential: Credential): SecureContext {
  const ca = authorities(tls)
  const cert = credential.cert ?? tls.cert
  const key = credential.key ?? tls.key
  const last = parsed.get(tls)
  if (last && last.ca === ca && last.cert === cert && last.key === key) return last.context
  const context = createSecureContext({
    ...(ca !== undefined && { ca: text(ca) }),
    ...(cert !== undefined && { cert: text(cert) }),
    ...(key !== undefined && { key: text(key) }),
    minVersion: 'TLSv1.2',
  })
  parsed.set(tls, { ca, cert, key, context })
  return context
}

function text(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
}

/** Go, unlike Node, never falls back to the common name. */
function identityError(name: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) {
    return mismatch('the certificate has no subject alternative name')
  }
  // Node 22.23 compares no IPv6 address.
  if (isIP(name) === 6 && new X509Certificate(certificate.raw).checkIP(name)) return
  const nameless = { ...certificate, subject: { ...certificate.subject, CN: '' } }
  const error = checkServerIdentity(name, nameless)
  // Node's own carries the certificates, which refer to each other: whoever logs it as JSON would throw.
  return error && mismatch(error.message)
}

function mismatch(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
}
