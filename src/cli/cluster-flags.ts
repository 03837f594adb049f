import type { ClientOptions, Impersonation, LoadOptions, Overrides } from '../index.ts'
import { parseDuration } from './duration.ts'
import type { FlagTable, FlagValues } from './flags.ts'
import { UsageError } from './usage-error.ts'
import { requestNotes } from './verbosity.ts'

/** Which cluster, and as whom: kubectl's names, for every command. */
export const clusterFlags = {
  namespace: { type: 'string', short: 'n', value: 'NAME', help: "default: the context's" },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    help: "default: $KUBECONFIG, ~/.kube/config, the pod's service account",
  },
  context: { type: 'string', value: 'NAME', help: "default: the kubeconfig's current one" },
  cluster: { type: 'string', value: 'NAME', help: "instead of the context's cluster" },
  user: { type: 'string', value: 'NAME', help: "instead of the context's user" },
  server: { type: 'string', short: 's', value: 'URL', help: 'address of the API server' },
  token: { type: 'string', value: 'TOKEN', help: 'bearer token' },
  as: { type: 'string', value: 'USER', help: 'user to impersonate' },
  'as-uid': { type: 'string', value: 'UID', help: "that user's uid" },
  'as-group': { type: 'strings', value: 'GROUP', help: "that user's group; may be repeated" },
  'as-user-extra': { type: 'strings', value: 'KEY=VALUE', help: 'may be repeated' },
  'certificate-authority': { type: 'string', value: 'FILE', help: 'PEM; whom to trust' },
  'client-certificate': { type: 'string', value: 'FILE', help: 'PEM' },
  'client-key': { type: 'string', value: 'FILE', help: 'PEM' },
  'tls-server-name': {
    type: 'string',
    value: 'NAME',
    help: "what the server's certificate is for",
  },
  'insecure-skip-tls-verify': {
    type: 'boolean',
    help: "do not check the server's certificate: anybody on the way can read everything",
  },
  'request-timeout': {
    type: 'string',
    value: 'TIME',
    help: 'for one request, such as 10 or 10s; default: 30s',
  },
  v: {
    type: 'integer',
    short: 'v',
    value: 'LEVEL',
    help: 'tell what goes over the wire: 6 requests, 8 messages and their sizes',
  },
  help: { type: 'boolean', short: 'h' },
} as const satisfies FlagTable

export type ClusterFlagTable = typeof clusterFlags

export type ClusterFlags = FlagValues<ClusterFlagTable>

/** What the flags say about where the configuration is. @throws {UsageError} */
export function loadOptions(flags: ClusterFlags): LoadOptions {
  const { kubeconfig, context, cluster, user, namespace } = flags
  const names = present({ kubeconfig, context, cluster, user, namespace })
  const overrides: Overrides = present({
    server: flags.server,
    token: flags.token,
    certificateAuthority: flags['certificate-authority'],
    clientCertificate: flags['client-certificate'],
    clientKey: flags['client-key'],
    tlsServerName: flags['tls-server-name'],
    insecureSkipTlsVerify: flags['insecure-skip-tls-verify'],
    impersonate: impersonation(flags),
  })
  return { ...names, overrides }
}

/** The options of `connect`. @throws {UsageError} */
export function connectOptions(flags: ClusterFlags): LoadOptions & ClientOptions {
  const timeout = requestTimeout(flags['request-timeout'])
  return {
    ...loadOptions(flags),
    ...(timeout > 0 && { handshakeTimeout: timeout }),
    // Somebody who says http:// knows it, and no credentials go there; `kubectl proxy` listens like that.
    ...(/^http:/i.test(flags.server ?? '') && { allowInsecureHttp: true }),
    onPluginStderr: (chunk) => process.stderr.write(chunk),
    onRequest: requestNotes(flags.v),
  }
}

/** Milliseconds; a bare number is seconds, 0 is the default. */
function requestTimeout(flag: string | undefined): number {
  const text = flag || '0'
  const timeout = /^\d+$/.test(text) ? Number(text) * 1_000 : parseDuration(text)
  if (timeout !== null && timeout >= 0) return Math.ceil(timeout)
  throw new UsageError(
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    'nothing',
  )
}

function impersonation(flags: ClusterFlags): Impersonation | undefined {
  const { as: user, 'as-uid': uid, 'as-group': groups, 'as-user-extra': extras } = flags
  if (!user) {
    if (uid === undefined && groups === undefined && extras === undefined) return undefined
    throw new UsageError('--as-uid, --as-group and --as-user-extra need --as', 'nothing')
  }
  const extra = new Map<string, string[]>()
  for (const text of extras ?? []) {
    const [key, value] = keyAndValue('as-user-extra', text)
    extra.set(key, [...(extra.get(key) ?? []), value])
  }
  return { user, ...present({ uid, groups, extra: extras && Object.fromEntries(extra) }) }
}

/** @throws {UsageError} not `KEY=VALUE`; the text is not told, because it may be a secret */
export function keyAndValue(flag: string, text: string): readonly [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key !== undefined && value !== undefined) return [key, value]
  throw new UsageError(`--${flag} takes KEY=VALUE`)
}

/** The entries that are there, for options that may be absent and never `undefined`. */
function present<T extends object>(entries: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const known = Object.entries(entries).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
