import type { CredentialSource } from './auth/credential.ts'
import type { CredentialHost } from './auth/credential-host.ts'
import { credentialSource } from './auth/credential-source.ts'
import type { ExecPolicy } from './auth/exec-policy.ts'
import { checkExecPolicy } from './auth/exec-policy.ts'
import { redact } from './auth/redact.ts'
import type { ClusterConfig, LoadedClusterConfig, Pem } from './kubeconfig/cluster-config.ts'
import type { LoadOptions } from './kubeconfig/load-options.ts'
import { knownKeys, maxTimer, optionalBoolean, optionalFunction, wholeNumber } from './option.ts'
import type { PodTarget } from './pod.ts'
import { Pod } from './pod.ts'
import type { FindPodOptions, FoundPod } from './pods/find-pod.ts'
import type { FindPodsOptions } from './pods/find-pods.ts'
import type { SessionDefaults } from './process/options.ts'
import { ApiServer } from './transport/api-server.ts'
import { authorities } from './transport/authorities.ts'
import { endpointOf } from './transport/endpoint.ts'
import { textFetcher } from './transport/fetch-text.ts'
import type { HeartbeatOptions } from './transport/heartbeat.ts'
import type { RequestObserver } from './transport/request-observer.ts'

/** What all sessions of a cluster have in common. */
export interface ClientOptions {
  /** Milliseconds for TCP, TLS and the upgrade together. @default 30_000 */
  readonly handshakeTimeout?: number | undefined
  /**
   * Pings every `interval` milliseconds; a server that sends nothing at all for `deadline` milliseconds is lost.
   * @default { interval: 5_000, deadline: 30_000 }
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined
  /** Bytes that may wait unread in each output stream before reading from the server stops. @default 1 MiB */
  readonly outputSlack?: number | undefined
  /**
   * Bytes of stdin that may be unacknowledged: more of them are faster over a long way, fewer lose less output when a
   * command exits without having read its stdin. @default 1 MiB, growing to 16 MiB with the round trip and the transfer
   */
  readonly stdinWindow?: number | undefined
  /** Whether an `http://` server is used although there are credentials, which are not sent then. @default false */
  readonly allowInsecureHttp?: boolean | undefined
  /**
   * Which credential plugins of a kubeconfig may run: all, none, or those in a list, each by its name as found in
   * `PATH` or by its absolute path. @default 'allow'
   */
  readonly execPlugins?: ExecPolicy | undefined
  /**
   * Gets what a credential plugin writes to stderr, as it comes; it may be a prompt.
   * @default this process's stderr for a plugin that has the terminal, nothing for others
   */
  readonly onPluginStderr?: ((chunk: Uint8Array) => void) | undefined
  /**
   * Whether new tokens of an OIDC login go back into the kubeconfig that it is from, as kubectl does it. Without it an
   * issuer that replaces refresh tokens leaves a used one in the file. @default false
   */
  readonly saveTokens?: boolean | undefined
  /**
   * Gets every request, handshakes of sessions included, once it is answered or has failed; for logs. The command of an
   * exec is left out of its URL. What happens in a session is told to its `trace`.
   */
  readonly onRequest?: RequestObserver | undefined
}

/** What the next connection would be made with; printing it shows no secret. */
export interface ConnectionCredentials {
  /** Those that say who is asking: `Authorization`, impersonation and `User-Agent`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** PEM. */
  readonly cert?: Pem
  /** PEM. */
  readonly key?: Pem
  /** PEM; absent: the authorities that Node trusts. */
  readonly ca?: Pem
  /** The name that the server's certificate must be for; absent: the server's host. */
  readonly serverName?: string
  /** When to ask again; absent: whenever a connection is made. */
  readonly expiresAt?: Date
}

const mebibyte = 1024 * 1024

const clientKeys = [
  'handshakeTimeout',
  'heartbeat',
  'outputSlack',
  'stdinWindow',
  'allowInsecureHttp',
  'execPlugins',
  'onPluginStderr',
  'saveTokens',
  'onRequest',
]
const loadKeys = ['kubeconfig', 'context', 'cluster', 'user', 'namespace', 'overrides']
const configKeys = ['server', 'namespace', 'tls', 'auth', 'proxyUrl', 'impersonate']
/** A result of `loadClusterConfig` is a literal too, and says where it comes from. */
const literalKeys = [...configKeys, 'source', 'context', 'anonymous', 'files']

/**
 * A cluster to run commands in: from the kubeconfig or the pod's service account as kubectl finds them, or from a
 * literal configuration, which is one that names a `server`. Nothing is sent yet.
 * What the environment says of proxies is what it says now.
 * @throws {TypeError | RangeError} options that there are not, that do not go together, or of the wrong kind
 * @throws {KubeconfigError | AuthError} no usable configuration
 */
export async function connect(
  source: ((LoadOptions & { readonly server?: never }) | ClusterConfig) & ClientOptions = {},
): Promise<Cluster> {
  if (typeof source === 'string' || source instanceof URL) {
    throw new TypeError('connect takes an object, such as { server }, and no address')
  }
  const literal = typeof source === 'object' && source !== null && 'server' in source
  if (literal) refuseMixture(source)
  knownKeys('connect', source, [...clientKeys, ...(literal ? literalKeys : loadKeys)])
  const options = clientOptions(source)
  const config = literal
    ? (source as ClusterConfig)
    : await loadClusterConfig(loadOptions(source as LoadOptions))
  return new Cluster(config, options)
}

/**
 * Finds the cluster and the credentials that kubectl would use: the kubeconfig's, else the pod's service account.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_NOT_FOUND`, `ERR_KUBECONFIG_UNREADABLE`, `ERR_KUBECONFIG_SYNTAX`, `ERR_KUBECONFIG_INVALID`
 */
export async function loadClusterConfig(options?: LoadOptions): Promise<LoadedClusterConfig> {
  // Loaded when it is needed: a literal configuration is used without it.
  const loader = await import('./kubeconfig/index.ts')
  return loader.loadClusterConfig(options)
}

/** A cluster and how to reach it. */
export class Cluster {
  /** The API server's URL. */
  readonly server: string
  /** What `pod()` means when it is given no namespace. */
  readonly namespace: string
  readonly #server: ApiServer
  readonly #credentials: CredentialSource
  readonly #defaults: SessionDefaults

  /** @internal */
  constructor(config: ClusterConfig, options: EffectiveOptions) {
    const endpoint = endpointOf(config, options.allowInsecureHttp, process.env)
    this.server = config.server
    this.namespace = config.namespace ?? 'default'
    // Without TLS no credentials are sent, and no plugin is run for them.
    this.#credentials = credentialSource(endpoint.secure ? config.auth : undefined, options.host)
    this.#server = new ApiServer(endpoint, this.#credentials, {
      handshakeTimeout: options.handshakeTimeout,
      onRequest: options.onRequest,
    })
    this.#defaults = options
  }

  /**
   * What the next connection would be made with, for another client to the same server; it may run a credential plugin.
   * @throws {AuthError} there are no credentials to be had
   */
  async credentials(): Promise<ConnectionCredentials> {
    const { headers, tls } = this.#server.endpoint
    const credential = await this.#credentials.credential()
    const ca = authorities(tls)
    const cert = credential.cert ?? tls.cert
    const key = credential.key ?? tls.key
    const { expiresAt } = credential
    const credentials: ConnectionCredentials = {
      headers: { ...headers, ...credential.headers },
      ...(cert !== undefined && key !== undefined && { cert, key }),
      ...(ca !== undefined && { ca }),
      ...(tls.serverName !== undefined && { serverName: tls.serverName }),
      ...(expiresAt !== undefined && { expiresAt }),
    }
    return redact(credentials, ['headers', 'cert', 'key'])
  }

  /**
   * A pod by name; the server is not asked whether there is one.
   * @throws {TypeError | RangeError} not a name
   */
  pod(
    name: string,
    options: {
      readonly namespace?: string | undefined
      readonly container?: string | undefined
    } = {},
  ): Pod {
    knownKeys('pod', options, ['namespace', 'container'])
    const { namespace = this.namespace, container } = options
    return this.#pod({ name, namespace, container })
  }

  /**
   * The pods that there are, in the server's order, which is that of their names.
   * @throws {TypeError | RangeError} bad options, before anything is sent
   * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
   */
  async pods(options: FindPodsOptions = {}): Promise<Pod[]> {
    const { findPods } = await import('./pods/find-pods.ts')
    const pods = await findPods(this.#server, options, this.namespace)
    return pods.map(({ metadata }) => this.#pod(metadata))
  }

  /**
   * The pod that kubectl would choose, with its default container: a pod's name, `pod/x`, `deploy/x`, `svc/x`, `sts/x`,
   * `ds/x`, `job/x`, `rs/x`, `rc/x` or a label selector such as `app=web`. A workload that has no pod yet is waited for.
   * @throws {TypeError | RangeError} not a target, or bad options, before anything is sent
   * @throws {PodwireError} `ERR_POD_NOT_FOUND`: no pod in time; `ERR_CONTAINER_NOT_FOUND`
   * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
   */
  async findPod(target: string, options: FindPodOptions = {}): Promise<Pod> {
    const { pod } = await this.lookUp(target, options)
    return pod
  }

  /**
   * `findPod`, with what was seen on the way.
   * @internal
   */
  async lookUp(
    target: string,
    options: FindPodOptions = {},
  ): Promise<FoundPod & { readonly pod: Pod }> {
    const { findPod } = await import('./pods/find-pod.ts')
    const { namespace = this.namespace } = options
    const found = await findPod(this.#server, target, { ...options, namespace })
    const { resource, container } = found
    const { name } = resource.metadata
    return { ...found, pod: this.#pod({ name, namespace, container }) }
  }

  /**
   * For the command line, which asks for more than pods.
   * @internal
   */
  get api(): ApiServer {
    return this.#server
  }

  #pod(target: PodTarget): Pod {
    const { name, namespace, container } = target
    return new Pod(this.#server, { name, namespace, container }, this.#defaults)
  }
}

type EffectiveOptions = SessionDefaults & {
  readonly handshakeTimeout: number
  readonly allowInsecureHttp: boolean
  readonly host: CredentialHost
  readonly onRequest: RequestObserver | undefined
}

function clientOptions(options: ClientOptions): EffectiveOptions {
  const {
    handshakeTimeout = 30_000,
    heartbeat = { interval: 5_000, deadline: 30_000 },
    outputSlack = mebibyte,
    stdinWindow,
    allowInsecureHttp = false,
  } = options
  return {
    handshakeTimeout: wholeNumber('handshakeTimeout', handshakeTimeout, 1, maxTimer),
    heartbeat: validHeartbeat(heartbeat),
    outputSlack: wholeNumber('outputSlack', outputSlack, 1),
    ...(stdinWindow !== undefined && { stdinWindow: wholeNumber('stdinWindow', stdinWindow, 1) }),
    allowInsecureHttp: optionalBoolean('allowInsecureHttp', allowInsecureHttp) ?? false,
    host: credentialHost(options),
    onRequest: optionalFunction('onRequest', options.onRequest),
  }
}

function credentialHost(options: ClientOptions): CredentialHost {
  const { execPlugins = 'allow', onPluginStderr } = options
  return {
    execPlugins: checkExecPolicy(execPlugins),
    onPluginStderr: optionalFunction('onPluginStderr', onPluginStderr),
    saveTokens: optionalBoolean('saveTokens', options.saveTokens),
    fetchText: textFetcher(process.env),
  }
}

function validHeartbeat(heartbeat: HeartbeatOptions | false): HeartbeatOptions | false {
  if (heartbeat === false) return false
  knownKeys('heartbeat', heartbeat, ['interval', 'deadline'])
  const interval = wholeNumber('heartbeat.interval', heartbeat.interval, 1, maxTimer)
  const deadline = wholeNumber('heartbeat.deadline', heartbeat.deadline, interval, maxTimer)
  return { interval, deadline }
}

/** The credentials of a kubeconfig must not reach another server by accident. */
function refuseMixture(source: object): void {
  const loaded = 'source' in source ? ['context'] : []
  const key = loadKeys.find(
    (name) => name in source && !configKeys.includes(name) && !loaded.includes(name),
  )
  if (key === undefined) return
  throw new TypeError(
    `connect takes a literal configuration, which 'server' makes it, or what to load, such as '${key}', and not both; to send a kubeconfig's credentials to another server, use overrides: { server }`,
  )
}

function loadOptions(source: LoadOptions & ClientOptions): LoadOptions {
  const known = Object.entries(source).filter(([key]) => loadKeys.includes(key))
  return Object.fromEntries(known) as LoadOptions
}
