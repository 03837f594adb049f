import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { ExecError, PodwireError } from '../errors.ts'
import { validCommand } from '../protocol/request.ts'
import { anySignal } from '../transport/any-signal.ts'
import { Backoff, chanceOf } from './backoff.ts'
import { formatIdentity } from './container-identity.ts'
import type { BackgroundHost } from './container-script.ts'
import { ContainerScript } from './container-script.ts'
import { outputOf } from './log-stream.ts'
import { Observer } from './observer.ts'
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
import { isFinal, unknownStatus } from './status.ts'
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
  readonly #observer: Observer
  readonly #watches: boolean
  readonly #stateDirectory: string | undefined

  /** @internal */
  constructor(host: BackgroundHost, id: string, options: BackgroundOptions) {
    const { stateDirectory, onStatus, signal } = validBackgroundOptions(options)
    this.id = validId(id)
    this.#script = new ContainerScript(host, stateDirectory, this.id)
    this.#signal = signal
    this.#transitions = new Transitions(onStatus)
    this.#observer = new Observer(this.#script, this.id, this.#transitions)
    this.#watches = onStatus !== undefined
    this.#stateDirectory = stateDirectory
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
    const { cwd = '', env = {}, output = 'file' } = validStartOptions(options)
    const argv = validCommand(command)
    const signal = this.#combine(options.signal)
    const startedAt = new Date()
    const starting = { ...unknownStatus(this.id, ''), state: 'starting', reason: null } as const
    this.#transitions.report({ ...starting, startedAt })
    const token = randomBytes(16).toString('hex')
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const folder = cwd === '' || cwd.startsWith('/') ? cwd : `./${cwd}`
    let run: Run
    try {
      const place = formatIdentity(await this.#observer.place(signal))
      const args = [folder, String(variables.length), ...variables]
      args.push(token, startedAt.toISOString(), output, place, ...argv)
      run = await this.#start(token, args, signal)
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'aborted'
      this.#transitions.report({ ...starting, state: 'errored', reason })
      throw error
    }
    this.#observer.started(token)
    let status = await this.#observer.understand(run, signal)
    if (status.state === 'starting') {
      status = await this.#observer.until(({ state }) => state !== 'starting', signal, token)
    }
    if (this.#watches && !isFinal(status)) this.#watch(token)
    return status
  }

  /**
   * What the process does now: one session, and a GET of the pod when its record is not there.
   * @throws {PodwireError} the container could not be asked
   */
  async status(options: BackgroundCallOptions = {}): Promise<BackgroundStatus> {
    const signal = this.#combine(validCallOptions('status', options).signal)
    return (await this.#observer.look(signal)).status
  }

  /**
   * Waits until the process has ended, through lost connections and whoever started it.
   * @throws {PodwireError} the container cannot be asked, and will not be later
   */
  async wait(options: BackgroundCallOptions = {}): Promise<BackgroundStatus> {
    const signal = this.#combine(validCallOptions('wait', options).signal)
    return this.#observer.until(isFinal, signal, this.#observer.token)
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
    const question = () => this.#observer.ask('stop', args, signal, grace)
    const { reply, run } = await insist(question, signal)
    const { terminated, killed } = reply
    const status = await this.#observer.understand(run, signal)
    if (isFinal(status)) return { ...status, terminated, killed }
    const message = `'${this.id}' is still running: the container did not let it be ended`
    throw new PodwireError('ERR_BACKGROUND_ALIVE', message)
  }

  /**
   * What the process has printed, stdout and stderr as they came; with `follow` up to its end.
   * @throws {PodwireError} `ERR_BACKGROUND_OUTPUT`: it prints elsewhere
   */
  async logs(options: BackgroundLogOptions = {}): Promise<Readable> {
    const { follow = false } = validLogOptions(options)
    const signal = this.#combine(options.signal)
    const { run } = await this.#observer.ask('status', [], signal)
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
      const reply = await insist(() => this.#script.run('start', args, signal), signal)
      const [run] = reply.runs
      // Also when the answer to an earlier attempt was lost.
      if (run?.token === token) return run
      // Somebody claims it this very moment, or it has just ended.
      const passes = run?.state === 'ended' || (run?.state === 'starting' && run.token === null)
      if (reply.start !== 'active' || !passes) throw refusal(reply, this.id, this.#stateDirectory)
      await backoff.wait(signal)
    }
  }

  #watch(token: string): void {
    this.#observer.until(isFinal, this.#signal, token).catch((error: unknown) => {
      if (this.#signal?.aborted) return
      const why = error instanceof Error ? error.message : String(error)
      this.#transitions.report(unknownStatus(this.id, why))
    })
  }

  #combine(signal: Signal): Signal {
    if (signal === undefined || this.#signal === undefined) return signal ?? this.#signal
    return anySignal([signal, this.#signal])
  }
}

/** Once the container may have heard a question, it is asked until the answer is here. */
async function insist<T>(question: () => Promise<T>, signal: Signal): Promise<T> {
  const backoff = new Backoff()
  let heard = false
  for (;;) {
    try {
      return await question()
    } catch (error) {
      signal?.throwIfAborted()
      heard ||= chanceOf(error) === 'heard'
      if (!heard) throw error
      backoff.check(error)
    }
    await backoff.wait(signal)
  }
}

function refusal({ start }: Reply, id: string, folder: string | undefined): PodwireError {
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
      const message = folder
        ? `the state cannot be written in ${folder}: it takes a folder of the container's user, with space left`
        : 'the container has no folder in which the state could be written: name one with stateDirectory'
      return new PodwireError('ERR_BACKGROUND_STATE', message)
    }
  }
}
