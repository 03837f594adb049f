import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { ExecError, PodwireError, UpgradeError } from '../errors.ts'
import type { PodContainerStatus } from '../pods/container-status.ts'
import { describeState } from '../pods/container-status.ts'
import { validCommand } from '../protocol/request.ts'
import { Backoff } from './backoff.ts'
import type { ContainerIdentity } from './container-identity.ts'
import { formatIdentity } from './container-identity.ts'
import type { BackgroundHost } from './container-script.ts'
import { ContainerScript, mayPass } from './container-script.ts'
import { outputOf } from './log-stream.ts'
import type {
  BackgroundCallOptions,
  BackgroundLogOptions,
  BackgroundOptions,
  BackgroundStartOptions,
  BackgroundStopOptions,
} from './options.ts'
import {
  validBackgroundOptions,
  validCallOptions,
  validId,
  validLogOptions,
  validStartOptions,
  validStopOptions,
} from './options.ts'
import type { Reply, Run } from './reply.ts'
import type { BackgroundStatus } from './status.ts'
import { isFinal, needsContainer, statusOf, unknownStatus } from './status.ts'
import { Transitions } from './transitions.ts'

/** What a stop came to; nothing was signalled when nothing ran. */
export interface BackgroundStopResult extends BackgroundStatus {
  /** The processes that got SIGTERM. */
  readonly terminated: readonly number[]
  /** Those that got SIGKILL, because they were still there after the grace time. */
  readonly killed: readonly number[]
}

type Signal = AbortSignal | undefined

/**
 * A process that lives in a container under an id, and goes on when nobody is connected. Making one of these asks the
 * server nothing; another client that knows the id can do the same.
 */
export class BackgroundProcess {
  readonly id: string
  readonly #script: ContainerScript
  readonly #signal: Signal
  readonly #transitions: Transitions
  readonly #watches: boolean
  /** Where this object has seen it last. */
  #seen: ContainerIdentity | null = null
  /** The run that it is about, once one was seen. */
  #token: string | null = null

  /** @internal */
  constructor(host: BackgroundHost, id: string, options: BackgroundOptions) {
    const { stateDirectory, onStatus, signal } = validBackgroundOptions(options)
    this.id = validId(id)
    this.#script = new ContainerScript(host, stateDirectory, this.id)
    this.#signal = signal
    this.#transitions = new Transitions(onStatus)
    this.#watches = onStatus !== undefined
  }

  /**
   * Starts a command, and resolves when it runs or is over already. One id is one process at a time; one that has ended
   * may be started again. A connection that is lost meanwhile is taken up again, and nothing is started twice.
   * @param command the argv; no shell sees it
   * @throws {TypeError | RangeError} bad arguments, before anything is sent
   * @throws {PodwireError} `ERR_BACKGROUND_RUNNING`: it runs already; `ERR_BACKGROUND_STATE`: no folder for its state;
   * `ERR_BACKGROUND_OUTPUT`: no access to the container's log
   * @throws {ExecError} `ERR_CWD`; `ERR_SHELL_NOT_FOUND`; others
   * @throws {AuthError | ConnectionError | UpgradeError} the session did not come about
   */
  async start(
    command: readonly string[],
    options: BackgroundStartOptions = {},
  ): Promise<BackgroundStatus> {
    const { cwd, env = {}, output = 'file' } = validStartOptions(options)
    const argv = validCommand(command)
    const signal = this.#combine(options.signal)
    const startedAt = new Date()
    const token = randomBytes(16).toString('hex')
    const starting = { ...unknownStatus(this.id, ''), state: 'starting', reason: null } as const
    this.#transitions.report({ ...starting, startedAt })
    let run: Run
    try {
      this.#seen = await this.#container(signal)
      const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const folder = cwd === undefined || cwd.startsWith('/') ? (cwd ?? '') : `./${cwd}`
      const place = [formatIdentity(this.#seen), ...argv]
      const args = [folder, String(variables.length), ...variables, token]
      run = await this.#start(token, [...args, startedAt.toISOString(), output, ...place], signal)
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'aborted'
      this.#transitions.report({ ...starting, state: 'errored', reason })
      throw error
    }
    this.#token = token
    let status = await this.#understand(run, signal)
    this.#transitions.report(status)
    if (status.state === 'starting') {
      status = await this.#until(({ state }) => state !== 'starting', signal)
    }
    if (this.#watches && !isFinal(status)) this.#watch()
    return status
  }

  /**
   * What the process does now: one session, and a GET of the pod when its record is not there.
   * @throws {PodwireError} the container could not be asked
   */
  async status(options: BackgroundCallOptions = {}): Promise<BackgroundStatus> {
    const signal = this.#combine(validCallOptions('status', options).signal)
    return this.#look(signal)
  }

  /**
   * Waits until the process has ended, through lost connections and whoever started it.
   * @throws {PodwireError} the container cannot be asked, and will not be later
   */
  async wait(options: BackgroundCallOptions = {}): Promise<BackgroundStatus> {
    const signal = this.#combine(validCallOptions('wait', options).signal)
    return this.#until(isFinal, signal)
  }

  /**
   * Ends the process with everything that it has started: SIGTERM, and SIGKILL for what is left after the grace time.
   * Nothing happens when it does not run.
   * @throws {PodwireError} `ERR_BACKGROUND_ALIVE`: some of it could not be ended
   */
  async stop(options: BackgroundStopOptions = {}): Promise<BackgroundStopResult> {
    const { grace = 10_000 } = validStopOptions(options)
    const signal = this.#combine(options.signal)
    const args = [String(Math.ceil(grace / 100))]
    const { reply, run } = await this.#insist(() => this.#ask('stop', args, signal, grace), signal)
    const { terminated, killed } = reply
    const status = await this.#understand(run, signal)
    this.#transitions.report(status)
    if (!isFinal(status)) {
      const message =
        reply.start === 'state'
          ? `'${this.id}' was not stopped: its folder in the container cannot be written`
          : `'${this.id}' is still running: the container did not let it be ended`
      throw new PodwireError('ERR_BACKGROUND_ALIVE', message)
    }
    return { ...status, terminated, killed }
  }

  /**
   * What the process has printed, stdout and stderr as they came; with `follow` up to its end.
   * @throws {PodwireError} `ERR_BACKGROUND_OUTPUT`: it prints elsewhere
   */
  async logs(options: BackgroundLogOptions = {}): Promise<Readable> {
    const { follow = false } = validLogOptions(options)
    const signal = this.#combine(options.signal)
    const { run } = await this.#ask('status', [], signal)
    if (run.output === 'file') {
      const chunks = outputOf(this.#script, run.number, follow, signal)
      return Readable.from(chunks, { objectMode: false })
    }
    const why = run.output === null ? 'there is no record of it' : `it prints to ${run.output}`
    throw new PodwireError('ERR_BACKGROUND_OUTPUT', `'${this.id}' has no output to read: ${why}`)
  }

  async #start(token: string, args: readonly string[], signal: Signal): Promise<Run> {
    const backoff = new Backoff()
    for (;;) {
      const reply = await this.#insist(() => this.#script.run('start', args, signal), signal)
      const [run] = reply.runs
      // Also when the answer to an earlier attempt was lost.
      if (run?.token === token) return run
      if (reply.start !== 'active') throw refusal(reply, this.id)
      if (run !== undefined && run.token !== null && run.state !== 'ended') {
        throw refusal(reply, this.id)
      }
      // Somebody claims it this very moment, or has just ended.
      await backoff.wait(signal)
    }
  }

  /** Once the container may have heard a question, it is asked until the answer is here. */
  async #insist<T>(question: () => Promise<T>, signal: Signal): Promise<T> {
    const backoff = new Backoff()
    let heard = false
    for (;;) {
      try {
        return await question()
      } catch (error) {
        signal?.throwIfAborted()
        const chance = mayPass(error)
        heard ||= chance === 'opened'
        if (!heard || chance === null) throw error
      }
      await backoff.wait(signal)
    }
  }

  async #ask(
    verb: 'status' | 'stop',
    args: readonly string[],
    signal: Signal,
    time = 0,
  ): Promise<{ reply: Reply; run: Run }> {
    const reply = await this.#script.run(verb, args, signal, time)
    const [run] = reply.runs
    if (run?.id === this.id) return { reply, run }
    throw new PodwireError('ERR_BACKGROUND_REPLY', "the container's shell told of another process")
  }

  async #look(signal: Signal): Promise<BackgroundStatus> {
    let status: BackgroundStatus
    try {
      const { run } = await this.#ask('status', [], signal)
      status = await this.#understand(run, signal)
    } catch (error) {
      signal?.throwIfAborted()
      const reason = await this.#whyGone(error, signal)
      if (reason === null) throw error
      status = unknownStatus(this.id, reason)
    }
    this.#transitions.report(status)
    return status
  }

  async #understand(run: Run, signal: Signal): Promise<BackgroundStatus> {
    if (this.#token !== null && run.token !== null && run.token !== this.#token) {
      // Its exit code went with the record.
      const reason = 'it was started again by somebody else'
      return unknownStatus(this.id, reason)
    }
    const now = needsContainer(run) ? await this.#container(signal) : null
    const status = statusOf(run, { now, before: this.#seen })
    if (run.container !== null) this.#seen ??= run.container
    return status
  }

  /** Whether a container that cannot be asked is the end of the process; `null`: it is not, or nobody knows. */
  async #whyGone(error: unknown, signal: Signal): Promise<string | null> {
    if (!isAbsent(error) && mayPass(error) === null) return null
    try {
      const now = await this.#script.host.containerStatus({ signal })
      if (now.state.kind === 'running') return null
      return `its container does not run: ${describeState(now.state)}`
    } catch (cause) {
      return isAbsent(cause) ? 'its pod is gone' : null
    }
  }

  async #until(
    condition: (status: BackgroundStatus) => boolean,
    signal: Signal,
  ): Promise<BackgroundStatus> {
    const backoff = new Backoff()
    for (;;) {
      try {
        const status = await this.#look(signal)
        if (condition(status)) return status
      } catch (error) {
        signal?.throwIfAborted()
        if (mayPass(error) === null) throw error
      }
      await backoff.wait(signal)
    }
  }

  #watch(): void {
    this.#until(isFinal, this.#signal).catch((error: unknown) => {
      if (this.#signal?.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      this.#transitions.report(unknownStatus(this.id, why))
    })
  }

  /** `null`: the server does not tell, as to a role that may exec and nothing else. */
  async #container(signal: Signal): Promise<PodContainerStatus | null> {
    try {
      return await this.#script.host.containerStatus({ signal })
    } catch {
      signal?.throwIfAborted()
      return null
    }
  }

  #combine(signal: Signal): Signal {
    if (signal === undefined || this.#signal === undefined) return signal ?? this.#signal
    return AbortSignal.any([signal, this.#signal])
  }
}

/** The API server's own answer, and not that of something else under its address. */
function isAbsent(error: unknown): boolean {
  return error instanceof UpgradeError && error.status?.reason === 'NotFound'
}

function refusal({ start }: Reply, id: string): PodwireError {
  switch (start) {
    case 'active': {
      const message = `'${id}' is running already: stop it first, or use another id`
      return new PodwireError('ERR_BACKGROUND_RUNNING', message)
    }
    case 'cwd':
      return new ExecError('ERR_CWD', 'nothing was started: cwd is no folder that may be entered')
    case 'output': {
      const message =
        "the container does not let its log be written, which takes its first process's user: leave output out"
      return new PodwireError('ERR_BACKGROUND_OUTPUT', message)
    }
    default: {
      const message =
        'the container has no folder in which the state could be written: name one with stateDirectory'
      return new PodwireError('ERR_BACKGROUND_STATE', message)
    }
  }
}
