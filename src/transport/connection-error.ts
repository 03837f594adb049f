import type { ErrorCode } from '../errors.ts'
import { ConnectionError } from '../errors.ts'
import { printable } from '../protocol/printable.ts'

interface Explanation {
  readonly code: ErrorCode
  readonly explain: (host: string) => string
}

const untrusted: Explanation = {
  code: 'ERR_TLS_UNTRUSTED',
  explain: (host) =>
    `the certificate of ${host} is not signed by a trusted authority; set certificate-authority-data of the cluster (tls.ca) to its CA`,
}

const clientCertificate: Explanation = {
  code: 'ERR_TLS_CLIENT_CERTIFICATE',
  explain: (host) =>
    `${host} does not accept the client certificate, or wants one; check client-certificate-data of the user (tls.cert)`,
}

const unknownHost: Explanation = {
  code: 'ERR_HOST_NOT_FOUND',
  explain: (host) =>
    `the host name of ${host} cannot be resolved; check the cluster's server and the network`,
}

/** What the codes of Node and OpenSSL mean to somebody with a kubeconfig. */
const explanations: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: {
    code: 'ERR_CONNECTION_REFUSED',
    explain: (host) => `nothing listens at ${host}; check the cluster's server and its port`,
  },
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_HAS_EXPIRED: {
    code: 'ERR_TLS_EXPIRED',
    explain: (host) =>
      `the certificate of ${host} has expired, or the clock of this machine is wrong`,
  },
  CERT_NOT_YET_VALID: {
    code: 'ERR_TLS_EXPIRED',
    explain: (host) =>
      `the certificate of ${host} is not valid yet, or the clock of this machine is wrong`,
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'ERR_TLS_NAME_MISMATCH',
    explain: (host) =>
      `the certificate of ${host} is for another name; set tls-server-name of the cluster (tls.serverName) if that name is right`,
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientCertificate,
  ERR_SSL_WRONG_VERSION_NUMBER: {
    code: 'ERR_TLS',
    explain: (host) => `${host} does not speak TLS; check the port of the cluster's server`,
  },
}

/** The typed error for a connection to `host` (host and port, no credentials) that did not come about. */
export function connectionError(host: string, cause: Error): ConnectionError {
  // Such as of a file that was to be read for it.
  if (cause instanceof ConnectionError) return cause
  const nodeCode = codeOf(cause)
  const known = Object.hasOwn(explanations, nodeCode) ? explanations[nodeCode] : undefined
  if (known !== undefined) return new ConnectionError(known.code, known.explain(host), { cause })
  const tls = nodeCode.startsWith('ERR_SSL_') || nodeCode.startsWith('ERR_TLS_')
  return new ConnectionError(
    tls ? 'ERR_TLS' : 'ERR_CONNECTION_FAILED',
    `the connection to ${host} failed: ${printable(cause.message)}`,
    { cause },
  )
}

/** Node's code for the error; where OpenSSL's is only in the text, as of a write, it is made the way Node makes it. */
function codeOf(cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : ''
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(cause.message)?.[1]
  if (code !== 'EPROTO' || reason === undefined) return code
  return `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
}

/** The typed error for a server that accepts a connection and then takes too long. */
export function handshakeTimeout(host: string, milliseconds: number): ConnectionError {
  return new ConnectionError(
    'ERR_HANDSHAKE_TIMEOUT',
    `${host} did not answer within ${milliseconds} ms (handshakeTimeout)`,
  )
}
