/** What a signal of `anySignal` was made of: as long as that is there. */
const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>()

/**
 * `AbortSignal.any`, which on Node 20 holds its signals weakly: an `AbortSignal.timeout` that nobody else holds would be
 * collected, and never strike.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals])
  sources.set(signal, signals)
  return signal
}
