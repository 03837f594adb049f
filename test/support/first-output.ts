import type { TraceEvent } from '../../src/index.ts'
import { Deferred } from '../../src/transport/deferred.ts'

/** The option by which a session tells of its first output, and a promise of it: the session has it by then. */
export function firstOutput(): { trace: (event: TraceEvent) => void; output: Promise<void> } {
  const output = new Deferred<void>()
  const trace = (event: TraceEvent) => {
    const isOutput = event.type === 'message' && event.direction === 'in'
    if (isOutput && event.channel === 1 && event.size > 0) setImmediate(() => output.resolve())
  }
  return { trace, output: output.promise }
}
