import type { PodContainerStatus } from '../pods/container-status.ts'
import type { ContainerIdentity } from './container-identity.ts'
import { differenceOf } from './container-identity.ts'
import type { Run } from './reply.ts'

/**
 * `stopped`: it ended with exit code 0, was stopped, or is gone; `errored`: it ended with another exit code, or was never
 * started; `unknown`: there is no way to find out any more.
 */
export type BackgroundState = 'starting' | 'running' | 'stopped' | 'errored' | 'unknown'

export interface BackgroundStatus {
  readonly id: string
  readonly state: BackgroundState
  /** In the container's own numbers; `null`: it has not run yet, or nothing is known. */
  readonly pid: number | null
  /** `null` while it runs, and when nobody was left to write it down. */
  readonly exitCode: number | null
  /** By the clock of the client that started it. */
  readonly startedAt: Date | null
  /** Why the state is what it is, where that is not plain. */
  readonly reason: string | null
  /** The folder in the container with its state. */
  readonly directory: string | null
}

/** What is known beside the script's answer. */
export interface Surroundings {
  /** The container; `null`: the server does not tell. */
  readonly now: PodContainerStatus | null
  /** Where the caller has seen it before. */
  readonly before: ContainerIdentity | null
}

/** Whether the answer needs the container's status to be understood. */
export function needsContainer({ state }: Run): boolean {
  return state === 'none' || state === 'elsewhere'
}

/** Whether nothing will change any more. */
export function isFinal({ state }: BackgroundStatus): boolean {
  return state !== 'starting' && state !== 'running'
}

export function statusOf(run: Run, surroundings: Surroundings): BackgroundStatus {
  const { id, pid, exitCode, startedAt, directory } = run
  const [state, reason] = judge(run, surroundings)
  return { id, state, pid, exitCode, startedAt, reason, directory }
}

/** Nothing is known of the process but why. */
export function unknownStatus(id: string, reason: string): BackgroundStatus {
  const nothing = { pid: null, exitCode: null, startedAt: null, directory: null }
  return { id, state: 'unknown', reason, ...nothing }
}

function judge(run: Run, surroundings: Surroundings): [BackgroundState, string | null] {
  switch (run.state) {
    case 'starting':
    case 'running':
      return [run.state, null]
    case 'ended':
      return ended(run)
    case 'elsewhere':
      return elsewhere(run, surroundings)
    case 'none':
      return absent(surroundings)
    case 'layout':
      return ['unknown', 'its record is of another version of podwire']
  }
}

function ended({ exitCode, stopped, pid }: Run): [BackgroundState, string | null] {
  if (stopped) return ['stopped', 'it was stopped']
  if (exitCode === 0) return ['stopped', null]
  if (exitCode === 126 || exitCode === 127) {
    return ['errored', `exit code ${exitCode}: the command could not be run, or says so`]
  }
  if (exitCode !== null) return ['errored', `exit code ${exitCode}`]
  if (pid === null) return ['errored', 'its start was interrupted']
  return ['stopped', 'it is gone, and nobody has written down its exit code']
}

function elsewhere({ container }: Run, { now }: Surroundings): [BackgroundState, string] {
  if (container === null || now === null) {
    return ['stopped', 'its container was restarted, or its pod replaced']
  }
  if (container.podUID === now.podUID && container.name !== now.name) {
    return ['unknown', `its record is of the container ${container.name}, which shares the folder`]
  }
  return ['stopped', differenceOf(container, now) ?? 'its container was restarted']
}

function absent({ now, before }: Surroundings): [BackgroundState, string] {
  if (before !== null) {
    const difference = now === null ? null : differenceOf(before, now)
    return ['unknown', `its record is gone${difference === null ? '' : `: ${difference}`}`]
  }
  if (now !== null && now.restartCount > 0) {
    return [
      'unknown',
      `there is no record of it; the container was restarted ${now.restartCount} times, which may have erased it`,
    ]
  }
  return ['stopped', 'it was never started']
}
