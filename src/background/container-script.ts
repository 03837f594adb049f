import { ExecError, StatusError } from '../errors.ts'
import type { PodContainerStatus } from '../pods/container-status.ts'
import type { ExecResult } from '../process/options.ts'
import type { RemoteProcess } from '../process/remote-process.ts'
import type { PodReference } from '../protocol/request.ts'
import type { Reply } from './reply.ts'
import { parseReply } from './reply.ts'
import type { Verb } from './script.ts'

interface HostOptions {
  readonly signal?: AbortSignal | undefined
}

/** One container, as the pod gives access to it. */
export interface BackgroundHost {
  readonly pod: PodReference
  exec(
    command: readonly string[],
    options: HostOptions & { readonly timeout: number; readonly maxBuffer: number },
  ): Promise<ExecResult>
  spawn(command: readonly string[], options: HostOptions): Promise<RemoteProcess>
  containerStatus(options: HostOptions): Promise<PodContainerStatus>
}

/** Milliseconds for an answer, beside what a verb waits for itself. */
const answerTime = 30_000

/** Bytes; a list of a thousand ids is a tenth of it. */
const maxReply = 4 * 1024 * 1024

/** How runtimes say that there is no shell, in a status or on an output; the second one is Windows. */
const noShell =
  /["'`](?:\/bin\/)?sh["'`][^\n]*(?:not found|no such file|denied)|cannot find the file/i

/** The script in one container, for one id or, with an empty one, for all. */
export class ContainerScript {
  readonly host: BackgroundHost
  readonly #place: readonly [root: string, pod: string, id: string]

  constructor(host: BackgroundHost, stateDirectory: string | undefined, id: string) {
    this.host = host
    const { namespace, pod } = host.pod
    this.#place = [stateDirectory ?? '', `${namespace}.${pod}`, id]
  }

  async command(verb: Verb, args: readonly string[] = []): Promise<readonly string[]> {
    const { scriptOf } = await import('./script.ts')
    const run = '_podwire=$1; shift; eval "$_podwire"'
    return ['sh', '-c', run, 'podwire', scriptOf(verb), verb, ...this.#place, ...args]
  }

  /**
   * @param time milliseconds that the verb itself may take
   * @throws {PodwireError} `ERR_SHELL_NOT_FOUND`; `ERR_BACKGROUND_REPLY`; whatever keeps a session from its end
   */
  async run(
    verb: Verb,
    args: readonly string[],
    signal: AbortSignal | undefined,
    time = 0,
  ): Promise<Reply> {
    const options = { signal, timeout: answerTime + time, maxBuffer: maxReply }
    let result: ExecResult
    try {
      result = await this.host.exec(await this.command(verb, args), options)
    } catch (error) {
      throw shellProblem(error, error instanceof StatusError ? (error.status?.message ?? '') : '')
    }
    const reply = parseReply(result.stdout)
    if (reply !== null && result.exitCode === 0) return reply
    const message = `the container's shell did not answer as it should (exit code ${result.exitCode})`
    const error = new ExecError('ERR_BACKGROUND_REPLY', message, result)
    throw shellProblem(error, (result.stdout + result.stderr).slice(0, 2_048))
  }
}

function shellProblem(error: unknown, words: string): unknown {
  if (!noShell.test(words)) return error
  const message = "the container has no 'sh', which background processes need"
  return new StatusError('ERR_SHELL_NOT_FOUND', message, error instanceof ExecError ? error : {})
}
