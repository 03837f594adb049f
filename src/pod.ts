import { BackgroundProcess } from './background/background-process.ts'
import type { BackgroundHost } from './background/container-script.ts'
import type { BackgroundListOptions, BackgroundOptions } from './background/options.ts'
import type { BackgroundStatus } from './background/status.ts'
import { checkSignal, knownKeys } from './option.ts'
import type { Container } from './pods/container.ts'
import type { PodContainerStatus } from './pods/container-status.ts'
import type { LogOptions } from './pods/log-options.ts'
import { validLogOptions } from './pods/log-options.ts'
import { LogStream } from './pods/log-stream.ts'
import type { WaitUntilRunningOptions } from './pods/wait-until-running.ts'
import { attachTo } from './process/attach.ts'
import type { AttachOptions } from './process/attach-options.ts'
import { validAttachOptions } from './process/attach-options.ts'
import type { Wrapped } from './process/command-signals.ts'
import { CommandSignals } from './process/command-signals.ts'
import { collectExec } from './process/exec.ts'
import type { Opener } from './process/open-process.ts'
import { openProcess } from './process/open-process.ts'
import type {
  ExecOptions,
  ExecResult,
  SessionCallOptions,
  SessionDefaults,
  SpawnOptions,
} from './process/options.ts'
import { copyOf, needsWrapper, validExecOptions, validSpawnOptions } from './process/options.ts'
import type { RemoteProcess } from './process/remote-process.ts'
import type { Exactly, SpawnedProcess } from './process/spawned-process.ts'
import { lengthOf } from './process/stdin-source.ts'
import type { StreamCommand } from './process/stream-request.ts'
import { streamOpener } from './process/stream-request.ts'
import type { WrapperOptions } from './process/wrapper.ts'
import { Wrapper } from './process/wrapper.ts'
import type { PodReference, RequestedStreams } from './protocol/request.ts'
import { validCommand, validName } from './protocol/request.ts'
import type { ApiServer } from './transport/api-server.ts'

/** Which pod, and what its calls mean when they name no container. */
export interface PodTarget {
  readonly name: string
  readonly namespace: string
  readonly container?: string | undefined
}

/** Milliseconds for a session that sends a signal. */
const signalTimeout = 10_000

/** A pod by name. Making one asks the server nothing; each call is one request, one socket and one process. */
export class Pod {
  readonly name: string
  readonly namespace: string
  /** The container that calls mean when they name none; absent: the only one. */
  readonly container: string | undefined
  readonly #server: ApiServer
  readonly #defaults: SessionDefaults

  /** @internal */
  constructor(server: ApiServer, target: PodTarget, defaults: SessionDefaults) {
    this.name = validName('pod', target.name)
    this.namespace = validName('namespace', target.namespace)
    const { container } = target
    this.container = container === undefined ? undefined : validName('container', container)
    this.#server = server
    this.#defaults = defaults
  }

  /**
   * Runs a command to its end and collects its output.
   *
   * Resolves when the exit code is known, zero or not, and rejects otherwise; see `check` and `reject`.
   * @param command the argv; no shell is involved
   * @throws {TypeError | RangeError} bad arguments, before anything is sent
   * @throws {AuthError | ConnectionError | UpgradeError} the session did not come about
   * @throws {ExecError} it did, and the command's end is not known
   */
  exec(
    command: readonly string[],
    options: ExecOptions & { readonly encoding: 'buffer' },
  ): Promise<ExecResult<Uint8Array>>
  exec(
    command: readonly string[],
    options?: ExecOptions & { readonly encoding?: 'utf8' | undefined },
  ): Promise<ExecResult>
  exec(command: readonly string[], options?: ExecOptions): Promise<ExecResult<string | Uint8Array>>
  async exec(
    command: readonly string[],
    given: ExecOptions = {},
  ): Promise<ExecResult<string | Uint8Array>> {
    const options = copyOf(validExecOptions(given))
    const { stdin } = options
    const streams = { stdin: stdin !== undefined, stdout: true, stderr: true, tty: false }
    const argv = [...validCommand(command)]
    const wrapped = this.#wrap(argv, options, streams)
    const stdinLength = stdin === undefined ? null : lengthOf(stdin)
    const open = this.#opener({ argv, stdinLength, stdinMustEnd: true }, wrapped, streams, options)
    return collectExec(open, options, this.#defaults, wrapped)
  }

  /**
   * Starts a command and hands over its streams once the session is open.
   * @param command the argv; no shell is involved
   * @throws {TypeError | RangeError} bad arguments, before anything is sent
   * @throws {AuthError | ConnectionError | UpgradeError} the session did not come about
   */
  spawn<const Options extends SpawnOptions = Record<never, never>>(
    command: readonly string[],
    options?: Exactly<Options>,
  ): Promise<SpawnedProcess<Options>>
  async spawn(command: readonly string[], given: SpawnOptions = {}): Promise<RemoteProcess> {
    const options = copyOf(validSpawnOptions(given))
    const { stdin, stdout, stderr, tty } = options
    const hasTty = tty !== undefined && tty !== false
    const streams = {
      stdin: stdin === true,
      stdout: stdout !== false,
      stderr: stderr !== false && !hasTty,
      tty: hasTty,
    }
    const argv = [...validCommand(command)]
    const wrapped = this.#wrap(argv, options, streams)
    const open = this.#opener(
      { argv, stdinLength: null, stdinMustEnd: false },
      wrapped,
      streams,
      options,
    )
    return openProcess(open, 'exec', options, this.#defaults, wrapped)
  }

  /**
   * Attaches to a container's own process: what it writes from now on, and its stdin when the container has one. The pod
   * is read first, with one GET, because its spec decides: above all whether there is a tty.
   *
   * `exit` tells that the session has ended, and never an exit code (`exitCode` is `null`); closing it leaves the process
   * alone.
   * @throws {TypeError | RangeError} bad arguments, before anything is sent
   * @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND`, `ERR_CONTAINER_NOT_RUNNING` with its state, `ERR_CONTAINER_STDIN`:
   * stdin was asked for and the container has none, or it would be ended by leaving (`stdinOnce`, without v5)
   * @throws {AuthError | ConnectionError | UpgradeError} the session did not come about; the role needs `get` on pods, too
   */
  async attach(given: AttachOptions = {}): Promise<RemoteProcess> {
    const options = copyOf(validAttachOptions(given))
    const container = this.#containerOf(options.container)
    const pod = { namespace: this.namespace, pod: this.name, container }
    return attachTo(this.#server, pod, options, this.#defaults)
  }

  /**
   * The containers of the pod's spec in kubectl's order: the pod's own, ephemeral ones, init containers. All can be exec
   * targets while they run.
   * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
   */
  async containers(
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Container[]> {
    knownKeys('containers', options, ['signal'])
    checkSignal(options.signal)
    const { containersOf, getPod } = await import('./pods/pod-resource.ts')
    return [...containersOf(await getPod(this.#server, this.#reference, options.signal))]
  }

  /**
   * What a container does now; `state` of one that has ended has its exit code.
   * @param container absent: the pod's own, else its default container
   * @throws {PodwireError} `ERR_CONTAINER_NOT_FOUND`
   * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
   */
  async containerStatus(
    container?: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PodContainerStatus> {
    knownKeys('containerStatus', options, ['signal'])
    checkSignal(options.signal)
    const name = this.#containerOf(container)
    const { getContainerStatus } = await import('./pods/container-status.ts')
    return getContainerStatus(this.#server, this.#reference, name, options.signal)
  }

  /**
   * Waits until a container runs, and gives its status.
   * @throws {TypeError | RangeError} bad options, before anything is sent
   * @throws {PodwireError} `ERR_TIMEOUT` with the state it was in; `ERR_CONTAINER_NOT_RUNNING`: it has ended, or its pod
   * is gone; `ERR_CONTAINER_NOT_FOUND`
   * @throws {AuthError | ConnectionError | UpgradeError} the server refuses, or does not answer
   */
  async waitUntilRunning(options: WaitUntilRunningOptions = {}): Promise<PodContainerStatus> {
    const { validWaitOptions, waitUntilRunning } = await import('./pods/wait-until-running.ts')
    validWaitOptions(options)
    const container = this.#containerOf(options.container)
    return waitUntilRunning(this.#server, this.#reference, { ...options, container })
  }

  /**
   * A container's log; it is asked for when the first of it is read. With `follow` the pod is read as well, where the
   * role allows it: a log that ends while its container still runs is then an error.
   * @throws {TypeError | RangeError} bad options, at once; reading it rejects with all else:
   * `UpgradeError`, the server refuses; `ConnectionError`, `ERR_CONNECTION_LOST`: what came is not all of it; `AuthError`
   */
  logs(options: LogOptions = {}): LogStream {
    const valid = validLogOptions(options)
    const container = this.#containerOf(valid.container)
    const { heartbeat } = this.#defaults
    return new LogStream(this.#server, this.#reference, { ...valid, container }, heartbeat)
  }

  /**
   * A process in a container that goes on when nobody is connected, under an id of the caller's choice. Nothing is sent yet.
   * @param id letters, digits, `.`, `_` and `-`, at most 63 characters; one per container and process
   * @throws {TypeError | RangeError} bad arguments
   */
  background(id: string, options: BackgroundOptions = {}): BackgroundProcess {
    return new BackgroundProcess(this.#backgroundHost(options?.container), id, options)
  }

  /**
   * All background processes that a container has a record of, those that have ended among them.
   * @throws {TypeError | RangeError} bad options, before anything is sent
   * @throws {PodwireError} the container could not be asked
   */
  async listBackground(options: BackgroundListOptions = {}): Promise<BackgroundStatus[]> {
    const { listBackground } = await import('./background/list.ts')
    return listBackground(this.#backgroundHost(options?.container), options)
  }

  #backgroundHost(container: string | undefined): BackgroundHost {
    const name = this.#containerOf(container)
    return {
      pod: this.#reference,
      exec: (command, options) => this.exec(command, { ...options, container: name }),
      spawn: (command, options) => {
        return this.spawn(command, { ...options, container: name, stderr: false })
      },
      containerStatus: (options) => this.containerStatus(name, options),
    }
  }

  get #reference(): PodReference {
    return { namespace: this.namespace, pod: this.name }
  }

  #opener(
    command: Omit<StreamCommand, 'wrapper'>,
    wrapped: Wrapped | null,
    streams: RequestedStreams,
    { container, subprotocol, trace }: SessionCallOptions,
  ): Opener {
    return streamOpener(this.#server, {
      ...this.#reference,
      ...streams,
      kind: 'exec',
      container: this.#containerOf(container),
      command: { ...command, wrapper: wrapped?.wrapper ?? null },
      subprotocol,
      trace,
    })
  }

  #wrap(
    command: readonly string[],
    options: SessionCallOptions,
    streams: Pick<WrapperOptions, 'stdin' | 'stdout' | 'stderr' | 'tty'>,
  ): Wrapped | null {
    if (!needsWrapper(options)) return null
    const wrapper = new Wrapper(command, { ...options, ...streams })
    const { container } = options
    const signals = new CommandSignals(wrapper, async (argv) => {
      const { exitCode } = await this.exec(argv, { container, timeout: signalTimeout })
      return exitCode
    })
    return { wrapper, signals }
  }

  #containerOf(container: string | undefined): string | undefined {
    return container === undefined ? this.container : validName('container', container)
  }
}
