import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readExecCredential } from '../../../src/auth/exec-output.ts'
import type { AuthError } from '../../../src/errors.ts'
import { pem } from '../kubeconfig/pems.ts'
import { plugin } from './plugins.ts'

const V1 = 'client.authentication.k8s.io/v1'
const read = (text: string) => readExecCredential(Buffer.from(text), plugin('p'))
const withStatus = (status: unknown) =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status })

const cert = pem('client.pem')
const key = pem('client.key')

describe('a credential', () => {
  test.each([
    ['JSON', withStatus({ token: 't' })],
    ['without kind', `{"apiVersion":"${V1}","status":{"token":"t"}}`],
    ['YAML', `# hello\n---\napiVersion: ${V1}\nkind: ExecCredential\nstatus:\n  token: t\n`],
    ['with more fields', withStatus({ token: 't', other: 1, expirationTimestamp: null })],
  ])('as %s', async (_name, text) => {
    expect(await read(text)).toEqual({ headers: { Authorization: 'Bearer t' } })
  })

  test('with a certificate and an end', async () => {
    const expirationTimestamp = '2099-01-01T00:00:00Z'
    const both = { clientCertificateData: cert, clientKeyData: key, expirationTimestamp }
    const expiresAt = new Date(expirationTimestamp)
    expect(await read(withStatus(both))).toEqual({ cert, key, expiresAt })
    expect(await read(withStatus({ token: 't', ...both }))).toEqual({
      headers: { Authorization: 'Bearer t' },
      cert,
      key,
      expiresAt,
    })
  })

  test('is not printed', async () => {
    const status = { token: 's3cret', clientCertificateData: cert, clientKeyData: key }
    const credential = await read(withStatus(status))
    expect(inspect(credential) + JSON.stringify(credential)).not.toMatch(/s3cret|PRIVATE KEY/)
  })
})

describe('refused, and not shown', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'apiVersion is missing'],
    ['log lines', `s3cret\n${withStatus({ token: 't' })}`, 'print one ExecCredential'],
    ['text behind it', `${withStatus({ token: 't' })}\ns3cret`, 'print one ExecCredential'],
    ['two of them', `${withStatus({ token: 't' })}\n---\na: s3cret`, 'followed by more text'],
    ['a list', '[s3cret]', 'must be a mapping'],
    ['bytes', '\ufffd\u0000s3cret', 'control characters'],
    ['another kind', `kind: s3cret\napiVersion: ${V1}`, 'kind must be ExecCredential'],
    [
      'no version',
      '{"kind":"ExecCredential","status":{"token":"s3cret"}}',
      'apiVersion is missing',
    ],
    ['another version', `apiVersion: ${V1}beta1\nstatus: {token: s3cret}`, `must be ${V1}, which`],
    ['no status', `apiVersion: ${V1}`, 'status is missing'],
    ['Status', `apiVersion: ${V1}\nStatus: {token: s3cret}`, 'status is missing'],
    ['an empty status', withStatus({}), 'neither a token nor'],
    ['an empty token', withStatus({ token: '' }), 'neither a token nor'],
    ['a number as the token', withStatus({ token: 5 }), 'status.token must be a string'],
    ['a token with a line break', withStatus({ token: 's3cret\n' }), 'status.token holds'],
    [
      'a certificate alone',
      withStatus({ token: 't', clientCertificateData: cert }),
      'is there without clientKeyData',
    ],
    ['a key alone', withStatus({ clientKeyData: key }), 'without clientCertificateData'],
    [
      'a pair that is none',
      withStatus({ token: 't', clientCertificateData: cert, clientKeyData: pem('other.key') }),
      'status.clientKeyData does not belong',
    ],
    [
      'base64 of PEM',
      withStatus({
        clientCertificateData: Buffer.from(cert).toString('base64'),
        clientKeyData: Buffer.from(key).toString('base64'),
      }),
      'status.clientCertificateData holds no PEM certificate',
    ],
    ...['', '2099-01-01 00:00:00', 's3cret'].map(
      (expirationTimestamp) =>
        [
          `the end ${expirationTimestamp}`,
          withStatus({ token: 't', expirationTimestamp }),
          'expirationTimestamp must be a time',
        ] satisfies [string, string, string],
    ),
  ])('%s', async (_name, text, message) => {
    const error = await read(text).then(
      () => expect.unreachable(),
      (e: AuthError) => e,
    )
    expect(error).toMatchObject({ code: 'ERR_PLUGIN_OUTPUT', command: plugin('p').command })
    expect(error.message).toContain(message)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/s3cret|PRIVATE KEY/)
  })
})
