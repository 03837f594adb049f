import { createHook } from 'node:async_hooks'

interface Timer {
  readonly timeout: WeakRef<NodeJS.Timeout>
  readonly start: Error
}

/** The timers of this process that keep it running. */
export class Timers {
  readonly #timers = new Map<number, Timer>()
  readonly #hook = createHook({
    init: (id, type, _trigger, timeout) => {
      if (type !== 'Timeout') return
      this.#timers.set(id, {
        timeout: new WeakRef(timeout as NodeJS.Timeout),
        start: new Error('started'),
      })
    },
    destroy: (id) => void this.#timers.delete(id),
  }).enable()

  close(): void {
    this.#hook.disable()
  }

  /** Where each of them was started. */
  describe(): string[] {
    return [...this.#timers.values()]
      .filter(({ timeout }) => timeout.deref()?.hasRef() === true)
      .map(({ start }) => {
        const frames = (start.stack ?? '').split('\n').slice(1)
        const own = frames.filter((frame) => !frame.includes('(node:'))
        return `a timer, started\n${own.join('\n')}`
      })
  }
}
