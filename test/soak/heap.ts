import { setTimeout as sleep } from 'node:timers/promises'

/** Sockets, timers and the like that keep the process busy, counted by kind; an immediate is gone by itself. */
export function activeResources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo().toSorted()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** Bytes that are still in use when everything else has been collected. */
export async function usedMemory(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('run it with node --expose-gc')
  for (let i = 0; i < 3; i++) {
    gc()
    await sleep(10)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes per sample: the line that fits best. */
export function slope(samples: readonly number[]): number {
  const middle = (samples.length - 1) / 2
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length
  let above = 0
  let below = 0
  for (const [i, value] of samples.entries()) {
    above += (i - middle) * (value - mean)
    below += (i - middle) ** 2
  }
  return below === 0 ? 0 : above / below
}
