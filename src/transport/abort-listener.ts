import { setMaxListeners } from 'node:events'

/**
 * Calls back when the signal is aborted, once; not when that has happened already.
 * @returns ends that
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  // A signal may be for any number of calls at once; Node warns of a leak from the eleventh listener on.
  if (signal instanceof EventTarget) setMaxListeners(0, signal)
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
