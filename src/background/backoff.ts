import { setTimeout as sleep } from 'node:timers/promises'
import {
  ConnectionError,
  ConnectionLostError,
  ExecError,
  StatusError,
  TimeoutError,
  UpgradeError,
} from '../errors.ts'
import { unknownToKubelet } from '../transport/refusal.ts'

/** Milliseconds before the second question, and at most between two. */
const first = 100
const longest = 5_000

/** So often in a row may a runtime fail to start a shell, before it is taken to be unable to. */
const patience = 5

/**
 * Why the same question may get an answer later: the container may have heard it, nobody has, or its runtime could not
 * act on it. `null`: it will not.
 */
export type Chance = 'heard' | 'away' | 'failed' | null

export function chanceOf(error: unknown): Chance {
  if (error instanceof ConnectionLostError || error instanceof TimeoutError) return 'heard'
  if (error instanceof ConnectionError) return 'away'
  if (error instanceof UpgradeError) {
    return error.httpStatus === 429 || error.httpStatus >= 500 || isRestarting(error)
      ? 'away'
      : null
  }
  const failed = error instanceof StatusError && error.code === 'ERR_STATUS'
  return failed || wasKilled(error) ? 'failed' : null
}

/** A kubelet that has been restarted knows no pod at first. */
function isRestarting({ httpStatus, status, message }: UpgradeError): boolean {
  return httpStatus === 404 && status === null && message.includes(unknownToKubelet)
}

/** The shell that was to answer ended by SIGKILL, as all of a container does whose first process has ended. */
function wasKilled(error: unknown): boolean {
  return error instanceof ExecError && error.exitCode === 137
}

/** Waits between questions: short at first, then longer. */
export class Backoff {
  #next = first
  #failures = 0

  /** There was an answer, if not the one that is waited for. */
  answered(): void {
    this.#failures = 0
  }

  /** @throws the error itself, when there is no point in asking again */
  check(error: unknown): void {
    const chance = chanceOf(error)
    if (chance === 'failed') this.#failures += 1
    if (chance === null || this.#failures >= patience) throw error
  }

  /** @throws the signal's reason */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const delay = this.#next
    this.#next = Math.min(longest, delay * 1.5)
    await sleep(delay, undefined, { signal }).catch(() => {})
    signal?.throwIfAborted()
  }

  reset(): void {
    this.#next = first
    this.#failures = 0
  }
}
