import { AsyncLocalStorage, createHook } from 'node:async_hooks'

/** The timers that some work has started and that are still there, with where they were started. */
export type Timers = ReadonlyMap<number, string>

const work = new AsyncLocalStorage<Map<number, string>>()
const owners = new Map<number, Map<number, string>>()

const hook = createHook({
  init(id, type) {
    const timers = type === 'Timeout' ? work.getStore() : undefined
    if (timers === undefined) return
    timers.set(id, new Error('a timer').stack ?? '')
    owners.set(id, timers)
  },
  destroy(id) {
    owners.get(id)?.delete(id)
    owners.delete(id)
  },
})

/** Runs some work and watches the timers that it starts, however indirectly. */
export async function watchTimers<T>(run: (timers: Timers) => Promise<T>): Promise<T> {
  hook.enable()
  const timers = new Map<number, string>()
  return work.run(timers, () => run(timers))
}

/** What runs in here starts timers of its own, which do not count. */
export function unwatched<T>(run: () => T): T {
  return work.exit(run)
}
