import { ConnectionError, PodwireError, UpgradeError } from '../errors.ts'
import type { PodContainerStatus } from '../pods/container-status.ts'
import { describeState } from '../pods/container-status.ts'
import { Backoff, chanceOf } from './backoff.ts'
import type { ContainerIdentity } from './container-identity.ts'
import type { ContainerScript } from './container-script.ts'
import type { Reply, Run } from './reply.ts'
import type { BackgroundStatus } from './status.ts'
import { needsContainer, statusOf, unknownStatus } from './status.ts'
import type { Transitions } from './transitions.ts'

type Signal = AbortSignal | undefined

interface Answer {
  readonly status: BackgroundStatus
  /** The run that it is about. */
  readonly token: string | null
}

/** Finds out what the process of one id does, and remembers what will help to tell why it is gone. */
export class Observer {
  readonly #script: ContainerScript
  readonly #id: string
  readonly #transitions: Transitions
  /** Where it was seen last; known as soon as the server tells. */
  #seen: ContainerIdentity | null = null
  #token: string | null = null

  constructor(script: ContainerScript, id: string, transitions: Transitions) {
    this.#script = script
    this.#id = id
    this.#transitions = transitions
  }

  /** The run that was started here; `null`: none was. */
  get token(): string | null {
    return this.#token
  }

  /**
   * The container in which something is about to be started; `null` for who may exec but not read pods.
   * @throws {PodwireError} the server does not answer, or there is no such pod or container
   */
  async place(signal: Signal): Promise<ContainerIdentity | null> {
    try {
      this.#seen = await this.#script.host.containerStatus({ signal })
    } catch (error) {
      if (!(error instanceof UpgradeError) || error.httpStatus !== 403) throw error
      this.#seen = null
    }
    return this.#seen
  }

  /** From now on this is the run. */
  started(token: string): void {
    this.#token = token
  }

  async ask(
    verb: 'status' | 'stop',
    args: readonly string[],
    signal: Signal,
    time = 0,
  ): Promise<{ reply: Reply; run: Run }> {
    const reply = await this.#script.run(verb, args, signal, time)
    const [run] = reply.runs
    if (run?.id === this.#id) return { reply, run }
    throw new PodwireError('ERR_BACKGROUND_REPLY', "the container's shell told of another process")
  }

  /** Asks once. @param token the run that is meant, when it is not just any */
  async look(signal: Signal, token: string | null = null): Promise<Answer> {
    try {
      const { run } = await this.ask('status', [], signal)
      if (run.token === null || token === null || run.token === token) {
        return { status: await this.understand(run, signal), token: token ?? run.token }
      }
      // Its exit code went with the record.
      return { status: this.#unknown('it was started again'), token }
    } catch (error) {
      signal?.throwIfAborted()
      const reason = await this.#whyGone(error, signal)
      if (reason === null) throw error
      return { status: this.#unknown(reason), token }
    }
  }

  /** Asks until the answer is the one: about one run, the first that is seen if no other is meant. */
  async until(
    condition: (status: BackgroundStatus) => boolean,
    signal: Signal,
    token: string | null,
  ): Promise<BackgroundStatus> {
    const backoff = new Backoff()
    let run = token
    for (;;) {
      try {
        const answer = await this.look(signal, run)
        if (condition(answer.status)) return answer.status
        run = answer.token
        backoff.answered()
      } catch (error) {
        signal?.throwIfAborted()
        backoff.check(error)
      }
      await backoff.wait(signal)
    }
  }

  async understand(run: Run, signal: Signal): Promise<BackgroundStatus> {
    const now = needsContainer(run) ? await this.#container(signal) : null
    if (run.state === 'none' && this.#token !== null && this.#seen === null) {
      return this.#unknown('its record is gone')
    }
    const status = statusOf(run, { now, before: this.#seen })
    if (run.container !== null) this.#seen ??= run.container
    this.#transitions.report(status)
    return status
  }

  #unknown(reason: string): BackgroundStatus {
    const status = unknownStatus(this.#id, reason)
    this.#transitions.report(status)
    return status
  }

  /** Whether a container that cannot be asked is the end of the process; `null`: it is not, or nobody knows. */
  async #whyGone(error: unknown, signal: Signal): Promise<string | null> {
    const isAnswer = isAbsent(error) || chanceOf(error) !== null
    if (!isAnswer || error instanceof ConnectionError) return null
    try {
      const { state } = await this.#script.host.containerStatus({ signal })
      return state.kind === 'running' ? null : `its container does not run: ${describeState(state)}`
    } catch (cause) {
      return isAbsent(cause) ? 'its pod is gone' : null
    }
  }

  async #container(signal: Signal): Promise<PodContainerStatus | null> {
    try {
      return await this.#script.host.containerStatus({ signal })
    } catch {
      signal?.throwIfAborted()
      return null
    }
  }
}

/** The API server's own answer, and not that of something else under its address. */
function isAbsent(error: unknown): boolean {
  return error instanceof UpgradeError && error.status?.reason === 'NotFound'
}
