import { redact } from '../auth/redact.ts'
import type { Fields } from '../yaml/fields.ts'
import type { KubeconfigAuthProvider, KubeconfigExec, KubeconfigUser } from './document.ts'
import { originOf } from './position.ts'

/** The typed fields of one `users[].user`. */
export function parseUser(fields: Fields, file: string | undefined): KubeconfigUser {
  const user: KubeconfigUser = {
    origin: originOf(fields, file),
    token: fields.string('token'),
    tokenFile: fields.string('tokenFile'),
    username: fields.string('username'),
    password: fields.string('password'),
    clientCertificate: fields.string('client-certificate'),
    clientCertificateData: fields.bytes('client-certificate-data'),
    clientKey: fields.string('client-key'),
    clientKeyData: fields.bytes('client-key-data'),
    as: fields.string('as'),
    asUid: fields.string('as-uid'),
    asGroups: fields.strings('as-groups'),
    asUserExtra: fields.stringLists('as-user-extra'),
    exec: fields.has('exec') ? parseExec(fields.fields('exec')) : undefined,
    authProvider: fields.has('auth-provider')
      ? parseAuthProvider(fields.fields('auth-provider'))
      : undefined,
  }
  return redact(user, ['token', 'password', 'clientKeyData'])
}

function parseExec(fields: Fields): KubeconfigExec {
  const exec: KubeconfigExec = {
    apiVersion: fields.string('apiVersion'),
    command: fields.string('command'),
    args: fields.strings('args'),
    env: fields.list('env').map((entry) => ({
      name: entry.string('name') ?? '',
      value: entry.string('value') ?? '',
    })),
    installHint: fields.string('installHint'),
    interactiveMode: fields.string('interactiveMode'),
    provideClusterInfo: fields.boolean('provideClusterInfo'),
  }
  return redact(exec, ['args', 'env'])
}

function parseAuthProvider(fields: Fields): KubeconfigAuthProvider {
  const provider: KubeconfigAuthProvider = {
    name: fields.string('name') ?? '',
    config: fields.stringMap('config'),
  }
  return redact(provider, ['config'])
}
