import { closeSync, openSync, writeSync } from 'node:fs'
import type { Trace } from '../index.ts'
import { formatTraceEvent } from '../protocol/index.ts'
import type { ClusterFlags } from './cluster-flags.ts'
import type { FlagTable, FlagValues } from './flags.ts'
import { bothTraces, sessionNotes } from './verbosity.ts'

export const traceFlags = {
  trace: {
    type: 'string',
    value: 'FILE',
    help: 'record what goes over the wire, for podwire trace show',
  },
  'trace-sizes': { type: 'boolean', help: 'record no contents' },
} as const satisfies FlagTable

/** What a session is to tell its events to: a file, stderr, or both. */
export function traced<Result>(
  flags: FlagValues<typeof traceFlags> & ClusterFlags,
  run: (trace: Trace | undefined) => Promise<Result>,
): Promise<Result> {
  const notes = sessionNotes(flags.v)
  return recorded(flags.trace, flags['trace-sizes'], (trace) => run(bothTraces(notes, trace)))
}

/**
 * Runs a session that is recorded in a file, which only its owner can read: it has what was typed and printed. Written
 * at once, so that it is there whatever becomes of the program, and no more of it is in memory than one event.
 * @param path absent: nothing is recorded
 */
async function recorded<Result>(
  path: string | undefined,
  sizes: boolean | undefined,
  run: (trace: Trace | undefined) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return run(undefined)
  let file: number | null = openSync(path, 'w', 0o600)
  try {
    return await run((event) => {
      if (file !== null) writeSync(file, `${formatTraceEvent(event, sizes)}\n`)
    })
  } finally {
    closeSync(file)
    file = null
  }
}
