import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { checkServerIdentity } from 'node:tls'
import type { Credential } from '../auth/credential.ts'
import type { Pem, TlsConfig } from '../kubeconfig/cluster-config.ts'

/** The options of `tls.connect` that we set, the same for every request. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername: string
  readonly rejectUnauthorized: boolean
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
  readonly ALPNProtocols: string[]
  readonly minVersion: 'TLSv1.2'
}

/** TLS options for one connection, made anew each time, so that a credential's new certificate is used. */
export function tlsOptions(tls: TlsConfig, hostname: string, credential: Credential): TlsOptions {
  const name = tls.serverName ?? hostname
  const cert = credential.cert ?? tls.cert
  const key = credential.key ?? tls.key
  return {
    ...(tls.ca !== undefined && { ca: text(tls.ca) }),
    ...(cert !== undefined && { cert: text(cert) }),
    ...(key !== undefined && { key: text(key) }),
    // An address is no server name: it is checked against the certificate, but not sent (RFC 6066, section 3).
    servername: isIP(name) === 0 ? name : '',
    rejectUnauthorized: tls.insecureSkipVerify !== true,
    checkServerIdentity: (_host, certificate) => identityError(name, certificate),
    // The server hands its connection over for an upgrade, which HTTP/2 has not.
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
  }
}

function text(pem: Pem): string {
  return typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
}

/** Go, unlike Node, never falls back to the common name. */
function identityError(name: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname === undefined) {
    return Object.assign(new Error('the certificate has no subject alternative name'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  }
  return checkServerIdentity(name, certificate)
}
