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
import { needsWrapper, validExecOptions, validSpawnOptions } from './process/options.ts'
import type { RemoteProcess } from './process/remote-process.ts'
import type { Exactly, SpawnedProcess } from './process/spawned-process.ts'
import { lengthOf } from './process/stdin-source.ts'
import type { WrapperOptions } from './process/wrapper.ts'
import { Wrapper } from './process/wrapper.ts'
import type { SessionNeeds, Subprotocol } from './protocol/index.ts'
import { chooseSubprotocol, execPath, mustRequestStdin, supportsClose } from './protocol/index.ts'
import { validCommand, validName } from './protocol/request.ts'
import type { ApiServer } from './transport/api-server.ts'

/** Which pod, and what its calls mean when they name no container. */
export interface PodTarget {
  readonly name: string
  readonly namespace: string
  readonly container?: string | undefined
}

/** The streams a session asks the server for. */
interface Request extends SessionNeeds {
  readonly command: readonly string[]
  readonly wrapper: Wrapper | null
  readonly container: string | undefined
  readonly stdout: boolean
  readonly stderr: boolean
  /** Bytes; `null`: not known beforehand. */
  readonly stdinLength: number | null
  readonly stdinMustEnd: boolean
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
    options: ExecOptions = {},
  ): Promise<ExecResult<string | Uint8Array>> {
    const { stdin, container, subprotocol } = validExecOptions(options)
    const streams = { stdin: stdin !== undefined, stdout: true, stderr: true, tty: false }
    const argv = validCommand(command)
    const wrapped = this.#wrap(argv, options, streams)
    const open = this.#opener(subprotocol, {
      ...streams,
      kind: 'exec',
      command: argv,
      wrapper: wrapped?.wrapper ?? null,
      container: this.#containerOf(container),
      stdinLength: stdin === undefined ? null : lengthOf(stdin),
      stdinMustEnd: true,
    })
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
  async spawn(command: readonly string[], options: SpawnOptions = {}): Promise<RemoteProcess> {
    const { stdin, stdout, stderr, tty, container, subprotocol } = validSpawnOptions(options)
    const hasTty = tty !== undefined && tty !== false
    const streams = {
      stdin: stdin === true,
      stdout: stdout !== false,
      stderr: stderr !== false && !hasTty,
      tty: hasTty,
    }
    const argv = validCommand(command)
    const wrapped = this.#wrap(argv, options, streams)
    const open = this.#opener(subprotocol, {
      ...streams,
      kind: 'exec',
      command: argv,
      wrapper: wrapped?.wrapper ?? null,
      container: this.#containerOf(container),
      stdinLength: null,
      stdinMustEnd: false,
    })
    return openProcess(open, 'exec', options, this.#defaults, wrapped)
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

  #opener(subprotocol: Subprotocol | undefined, request: Request): Opener {
    const { command, wrapper, stdin, stdinLength, stdinMustEnd } = request
    const best = chooseSubprotocol(request)
    // A wrapper ends stdin by itself when it knows how long that is.
    const isCounted = wrapper !== null && stdinLength !== null
    const needsClose = stdin && stdinMustEnd && !isCounted && supportsClose(best.subprotocol)
    const choice =
      subprotocol === undefined
        ? { ...best, fallback: needsClose ? null : best.fallback }
        : { subprotocol, fallback: null }
    const { endpoint } = this.#server
    const path = (offered: Subprotocol) =>
      execPath(
        {
          ...request,
          command: wrapper?.argv(supportsClose(offered) ? null : stdinLength) ?? command,
          namespace: this.namespace,
          pod: this.name,
          stdin: stdin || mustRequestStdin(offered, request),
        },
        endpoint.prefix,
      )
    return (accept, signal) => this.#server.open({ choice, path, signal }, accept)
  }
}
