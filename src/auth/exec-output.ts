import { AuthError } from '../errors.ts'
import { parseYaml } from '../yaml/document.ts'
import { Fields } from '../yaml/fields.ts'
import { decodeText } from '../yaml/text.ts'
import { YamlError } from '../yaml/yaml-error.ts'
import type { Credential } from './credential.ts'
import type { ExecPlugin } from './exec-plugin.ts'
import { FieldError } from './field-error.ts'
import { headerText, isHeaderText } from './header.ts'
import { checkKeyPair } from './key-pair.ts'
import { redact } from './redact.ts'
import { parseTimestamp } from './timestamp.ts'

const NAMES = { cert: 'status.clientCertificateData', key: 'status.clientKeyData' }

/**
 * The credential that a plugin printed, checked in client-go's order.
 *
 * @throws {AuthError} `ERR_PLUGIN_OUTPUT`: not one ExecCredential of the version asked for, or without a usable
 *   credential; the output, which may hold secrets, is never shown
 */
export async function readExecCredential(
  stdout: Uint8Array,
  { apiVersion, command }: ExecPlugin,
): Promise<Credential> {
  try {
    const root = new Fields(await parseYaml(decodeText(stdout), { only: true }))
    return credentialOf(root, apiVersion)
  } catch (error) {
    if (!(error instanceof YamlError || error instanceof FieldError)) throw error
    throw new AuthError(
      'ERR_PLUGIN_OUTPUT',
      `the output of the credential plugin ${command}${explain(error)}`,
      { command, exitCode: 0 },
    )
  }
}

function explain(error: YamlError | FieldError): string {
  if (error instanceof FieldError) return `: ${error.field} ${error.problem}`
  const { line, column, field } = error
  const place = line === undefined ? '' : `, line ${line}, column ${column}:`
  // Without a field it is no mapping, or no YAML at all.
  const remedy = field ? '' : '; it must print one ExecCredential and nothing else'
  return `${place}${field ? ` ${field}` : ''} ${error.message}${remedy}`
}

function credentialOf(root: Fields, apiVersion: string): Credential {
  if ((root.string('kind') ?? 'ExecCredential') !== 'ExecCredential') {
    root.fail('kind', 'must be ExecCredential')
  }
  const version = root.string('apiVersion')
  if (version === undefined) root.fail('apiVersion', `is missing; it must be ${apiVersion}`)
  if (version !== apiVersion) {
    root.fail('apiVersion', `must be ${apiVersion}, which the kubeconfig asks for`)
  }
  if (!root.has('status')) root.fail('status', 'is missing')
  const status = root.fields('status')
  const token = status.string('token')
  const cert = status.string('clientCertificateData')
  const key = status.string('clientKeyData')
  const expiresAt = expiryOf(status)
  if (token === undefined && cert === undefined && key === undefined) {
    status.fail('', 'has neither a token nor a client certificate')
  }
  if (cert === undefined && key !== undefined) {
    status.fail('clientKeyData', 'is there without clientCertificateData')
  }
  if (cert !== undefined && key === undefined) {
    status.fail('clientCertificateData', 'is there without clientKeyData')
  }
  if (token !== undefined && !isHeaderText(token)) {
    status.fail('token', 'holds a line break or another character that no header may have')
  }
  const credential: Credential = {
    ...(token !== undefined && { headers: { Authorization: `Bearer ${headerText(token)}` } }),
    ...(cert !== undefined && key !== undefined && checkKeyPair(cert, key, NAMES)),
    ...(expiresAt !== undefined && { expiresAt }),
  }
  return redact(credential, ['headers', 'cert', 'key'])
}

function expiryOf(status: Fields): Date | undefined {
  if (!status.has('expirationTimestamp')) return undefined
  const expiresAt = parseTimestamp(status.string('expirationTimestamp') ?? '')
  return expiresAt ?? status.fail('expirationTimestamp', 'must be a time as in RFC 3339')
}
