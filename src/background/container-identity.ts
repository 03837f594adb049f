import type { PodContainerStatus } from '../pods/container-status.ts'

/** Which container a process was started in, as the pod's status had it. */
export interface ContainerIdentity {
  readonly podUID: string
  readonly name: string
  readonly containerID: string
  readonly restartCount: number
}

/** One word, for the record. */
export function formatIdentity(container: ContainerIdentity | null): string {
  if (container === null) return '-'
  const { podUID, name, containerID, restartCount } = container
  return [podUID, name, containerID, String(restartCount)].map(encodeURIComponent).join(',')
}

/** `null`: nothing was known, or it is no such word. */
export function parseIdentity(word: string): ContainerIdentity | null {
  try {
    const [podUID, name, containerID, restarts, ...rest] = word.split(',').map(decodeURIComponent)
    if (podUID === undefined || name === undefined || containerID === undefined) return null
    if (rest.length > 0 || !/^\d{1,9}$/.test(restarts ?? '')) return null
    return { podUID, name, containerID, restartCount: Number(restarts) }
  } catch {
    return null
  }
}

/** Why what ran in one container does not run in the other; `null`: it is the same. */
export function differenceOf(before: ContainerIdentity, now: PodContainerStatus): string | null {
  if (before.podUID !== now.podUID) return 'its pod was replaced by another one of the same name'
  if (before.name !== now.name || before.containerID === now.containerID) return null
  return `its container was restarted (restart count ${before.restartCount}, now ${now.restartCount})`
}
