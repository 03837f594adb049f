import { readFileSync } from 'node:fs'

function read(name: string): string {
  return readFileSync(new URL(`../../fixtures/kubeconfig/tls/${name}`, import.meta.url), 'utf8')
}

const ca = read('ca.pem')
const cert = read('client.pem')
const key = read('client.key')
const garbage = '-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n'
const [begin = '', ...body] = cert.split('\n')

/** Certificates and keys by a name of ours, from what works everywhere to what works nowhere. */
export const PEMS: Readonly<Record<string, string>> = {
  ca,
  cert,
  key,
  'bad-block-first': garbage + ca,
  'bad-block-last': ca + garbage,
  'bad-blocks-only': garbage,
  bundle: ca + cert,
  'leaf-first': cert + ca,
  'leaf-last': ca + cert,
  'leaf-bad-tail': cert + garbage,
  blob: key + cert,
  'blob-cert-first': cert + key,
  'key-with-params': read('ec-with-params.key'),
  'encrypted-legacy': read('encrypted-legacy.key'),
  'encrypted-pkcs8': read('encrypted-pkcs8.key'),
  'other-key': read('other.key'),
  'rsa-key': read('rsa.key'),
  'sec1-as-pkcs8': key.replaceAll('EC PRIVATE KEY', 'PRIVATE KEY'),
  'pkcs8-as-rsa': key
    .replaceAll(/[A-Z ]*PRIVATE KEY/g, 'RSA PRIVATE KEY')
    .replaceAll('-----BEGINRSA', '-----BEGIN RSA'),
  'two-keys': read('other.key') + key,
  crlf: cert.replaceAll('\n', '\r\n'),
  'key-crlf': key.replaceAll('\n', '\r\n'),
  'no-line-end': cert.trimEnd(),
  'key-no-line-end': key.trimEnd(),
  'leading-text': `Bag Attributes\n  friendlyName: x\n${cert}`,
  'key-leading-text': `some: text\n${key}`,
  'headers-in-block': `${begin}\nX-Header: 1\n\n${body.join('\n')}`,
  'trusted-label': cert.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
  'x509-label': cert.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
  indented: cert.replaceAll(/^/gm, '  '),
  'trailing-spaces': cert.replaceAll('\n', '  \n'),
  'one-line': `${begin}\n${body.slice(0, -2).join('')}\n-----END CERTIFICATE-----\n`,
  'all-one-line': cert.replaceAll('\n', ''),
  'cut-off': cert.slice(0, -30),
  'cut-off-then-good': cert.slice(0, -30) + cert,
  'end-label-differs': cert.replace('END CERTIFICATE', 'END CERT'),
  'bad-base64': cert.replace(/\n\w/, '\n*'),
  'missing-character': cert.replace(/\n\w/, '\n'),
  'no-padding': cert.replace(/=+\n/, '\n'),
  'extra-dashes': cert.replaceAll('-----BEGIN', '------BEGIN'),
  'text-behind-end': cert.replace(/END CERTIFICATE-----\n/, 'END CERTIFICATE----- x\n'),
  'blank-lines': cert.replaceAll('\n', '\n\n'),
  'cr-only': cert.replaceAll('\n', '\r'),
  'double-base64': Buffer.from(cert).toString('base64'),
  text: 'not a certificate',
  blank: ' \n',
  empty: '',
}

export const PEM_NAMES: readonly string[] = Object.keys(PEMS)
