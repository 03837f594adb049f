import { redact } from '../auth/redact.ts'
import { KubeconfigError } from '../errors.ts'
import { parseYaml } from '../yaml/document.ts'
import { Fields } from '../yaml/fields.ts'
import type { Json } from '../yaml/node.ts'
import { decodeText } from '../yaml/text.ts'
import { YamlError } from '../yaml/yaml-error.ts'
import type {
  KubeconfigCluster,
  KubeconfigContext,
  KubeconfigDocument,
  KubeconfigUser,
} from './document.ts'
import { located, originOf } from './position.ts'
import { sentence } from './refusal.ts'
import { parseUser } from './user.ts'

/** Bytes; real kubeconfigs are a thousandth of it. */
export const MAX_KUBECONFIG_BYTES: number = 16 * 1024 * 1024

/**
 * Reads a kubeconfig's text and checks its types, as client-go does: an entry that nobody uses can fail it.
 *
 * @param options `path` names the file in errors, and its folder is where relative paths start
 * @throws {KubeconfigError} `ERR_KUBECONFIG_SYNTAX`: not YAML; `ERR_KUBECONFIG_INVALID`: a field of the wrong type, or a name used twice
 */
export async function loadKubeconfig(
  text: string | Uint8Array,
  options: { readonly path?: string } = {},
): Promise<KubeconfigDocument> {
  const file = options.path
  try {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
    if (bytes.byteLength > MAX_KUBECONFIG_BYTES) throw new YamlError('is larger than 16 MiB')
    return parse(new Fields(await parseYaml(decodeText(bytes))), file)
  } catch (error) {
    if (error instanceof YamlError) throw refuse(error, file)
    throw error
  }
}

function refuse(error: YamlError, file: string | undefined): KubeconfigError {
  const { line, column } = error
  const place = { file, line, column, field: error.field || undefined }
  return new KubeconfigError(
    error.field === undefined ? 'ERR_KUBECONFIG_SYNTAX' : 'ERR_KUBECONFIG_INVALID',
    sentence(place, error.message),
    place,
  )
}

function parse(root: Fields, file: string | undefined): KubeconfigDocument {
  for (const [name, value] of [
    ['apiVersion', 'v1'],
    ['kind', 'Config'],
  ] as const) {
    const spellings = root.spellings(name)
    for (const spelling of spellings) root.string(spelling)
    const last = spellings.at(-1) ?? name
    if ((root.string(last) ?? value) !== value) root.fail(last, `must be ${value} in a kubeconfig`)
  }
  extensions(root)
  preferences(root)
  const document: KubeconfigDocument = {
    file,
    currentContext: root.string('current-context'),
    clusters: named(root, 'clusters', (entry) => cluster(entry.fields('cluster'), file)),
    users: named(root, 'users', (entry) => user(entry.fields('user'), file)),
    contexts: named(root, 'contexts', (entry) => context(entry.fields('context'), file)),
  }
  return located(document, root)
}

/** client-go refuses a repeated name too, with a message that prints every token in the list. */
function named<T>(root: Fields, list: string, read: (entry: Fields) => T): ReadonlyMap<string, T> {
  const entries = new Map<string, T>()
  for (const entry of root.list(list)) {
    const name = entry.string('name') ?? ''
    if (entries.has(name)) entry.fail('name', 'is the name of an earlier entry of the same list')
    entries.set(name, read(entry))
  }
  return entries
}

function extensions(fields: Fields): ReadonlyMap<string, Json> {
  return named(fields, 'extensions', (entry) => entry.json('extension'))
}

function cluster(fields: Fields, file: string | undefined): KubeconfigCluster {
  const parsed: KubeconfigCluster = {
    origin: originOf(fields, file),
    server: fields.string('server'),
    certificateAuthority: fields.string('certificate-authority'),
    certificateAuthorityData: fields.bytes('certificate-authority-data'),
    insecureSkipTlsVerify: fields.boolean('insecure-skip-tls-verify'),
    tlsServerName: fields.string('tls-server-name'),
    proxyUrl: fields.string('proxy-url'),
    disableCompression: fields.boolean('disable-compression'),
    extensions: extensions(fields),
  }
  // Both may hold a password in front of the host.
  return redact(parsed, ['server', 'proxyUrl'])
}

function user(fields: Fields, file: string | undefined): KubeconfigUser {
  extensions(fields)
  return parseUser(fields, file)
}

function context(fields: Fields, file: string | undefined): KubeconfigContext {
  extensions(fields)
  return {
    origin: originOf(fields, file),
    cluster: fields.string('cluster') ?? '',
    user: fields.string('user') ?? '',
    namespace: fields.string('namespace'),
  }
}

function preferences(root: Fields): void {
  const fields = root.fields('preferences')
  fields.boolean('colors')
  extensions(fields)
}
