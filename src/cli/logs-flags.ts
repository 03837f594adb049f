import type { LogOptions } from '../index.ts'
import type { FlagTable, FlagValues } from './flags.ts'
import { UsageError } from './usage-error.ts'

export const logsFlags = {
  container: { type: 'string', short: 'c', value: 'NAME', help: 'as for exec' },
  selector: { type: 'string', short: 'l', value: 'QUERY', help: 'of all pods with such labels' },
  'all-containers': { type: 'boolean', help: 'of all containers of the pod' },
  follow: { type: 'boolean', short: 'f', help: 'go on until the container ends' },
  previous: { type: 'boolean', short: 'p', help: 'of the run before this one' },
  tail: {
    type: 'integer',
    value: 'LINES',
    help: 'only so many of the end; default: all, and 10 with a selector',
  },
  since: { type: 'duration', value: 'TIME', help: 'only what is not older, such as 5m' },
  'since-time': { type: 'string', value: 'TIME', help: 'only what is not older (RFC 3339)' },
  timestamps: { type: 'boolean', help: 'a time in front of each line' },
  'limit-bytes': { type: 'integer', value: 'BYTES', help: 'no more than that' },
  prefix: { type: 'boolean', help: 'pod and container in front of each line' },
  background: { type: 'string', value: 'ID', help: 'of what podwire start has started' },
  'state-directory': { type: 'string', value: 'FOLDER', help: 'as for start' },
  'max-log-requests': { type: 'integer', value: 'N', help: 'logs to follow at once; default: 5' },
  'pod-running-timeout': {
    type: 'duration',
    value: 'TIME',
    help: 'how long to wait for a pod of a workload',
  },
} as const satisfies FlagTable

export type LogFlags = FlagValues<typeof logsFlags>

/** @throws {UsageError} in kubectl's words */
export function logOptions(flags: LogFlags): LogOptions {
  const { follow, previous, timestamps, since, 'since-time': time, tail = -1 } = flags
  const limit = flags['limit-bytes'] ?? 0
  const refuse = (message: string) => new UsageError(message, 'nothing')
  if (time && since) throw refuse('at most one of `sinceTime` or `sinceSeconds` may be specified')
  if (limit < 0) throw refuse('--limit-bytes must be greater than 0')
  if (since !== undefined && since < 0) throw refuse('--since must be greater than 0')
  if (tail < -1) throw refuse('--tail must be greater than or equal to -1')
  const sinceTime = time ? new Date(time) : undefined
  const isTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
  if (time && (!isTime.test(time) || Number.isNaN(sinceTime?.getTime()))) {
    throw refuse(`--since-time takes a time as in RFC 3339, not ${JSON.stringify(time)}`)
  }
  const usualTail = flags.selector && flags.tail === undefined ? 10 : undefined
  return {
    follow,
    previous,
    timestamps,
    sinceTime,
    tailLines: tail === -1 ? usualTail : tail,
    sinceSeconds: since ? Math.max(1, Math.round(since / 1_000)) : undefined,
    limitBytes: limit === 0 ? undefined : limit,
  }
}
