import { checkSignal, knownKeys, optionalBoolean, wholeNumber } from '../option.ts'

/** Which part of a container's log, and how. */
export interface LogOptions {
  /** @default the pod's own, else its only one; with several the server refuses */
  readonly container?: string | undefined
  /** Goes on with what the container prints until it ends. @default false */
  readonly follow?: boolean | undefined
  /** Only so many lines of the end. @default all */
  readonly tailLines?: number | undefined
  /** Only what is not older; not together with `sinceTime`. */
  readonly sinceSeconds?: number | undefined
  readonly sinceTime?: Date | undefined
  /** The log of the run before this one. @default false */
  readonly previous?: boolean | undefined
  /** Puts the time (RFC 3339 with nanoseconds) and a space before each line. @default false */
  readonly timestamps?: boolean | undefined
  /** The server stops after so many bytes, maybe within a line. @default no limit */
  readonly limitBytes?: number | undefined
  /** Characters (UTF-16 code units) of a line; a longer one comes in pieces. @default 1_048_576 */
  readonly maxLineLength?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const keys = [
  'container',
  'follow',
  'tailLines',
  'sinceSeconds',
  'sinceTime',
  'previous',
  'timestamps',
  'limitBytes',
  'maxLineLength',
  'signal',
]

/** @throws {TypeError | RangeError} bad options, or two that do not go together */
export function validLogOptions(options: LogOptions): LogOptions {
  knownKeys('logs', options, keys)
  for (const key of ['follow', 'previous', 'timestamps'] as const) {
    optionalBoolean(key, options[key])
  }
  const least = { tailLines: 0, sinceSeconds: 1, limitBytes: 1, maxLineLength: 1 }
  for (const [key, minimum] of Object.entries(least)) {
    const value = options[key as keyof typeof least]
    if (value !== undefined) wholeNumber(key, value, minimum)
  }
  const { sinceSeconds, sinceTime, signal } = options
  if (sinceTime !== undefined && !(sinceTime instanceof Date)) {
    throw new TypeError('sinceTime must be a Date')
  }
  if (sinceTime !== undefined && Number.isNaN(sinceTime.getTime())) {
    throw new RangeError('sinceTime is not a valid Date')
  }
  if (sinceTime !== undefined && sinceSeconds !== undefined) {
    throw new TypeError('logs takes sinceTime or sinceSeconds, and not both')
  }
  checkSignal(signal)
  return { ...options }
}

/** The query of the request. */
export function logQuery(options: LogOptions): URLSearchParams {
  const query = new URLSearchParams()
  const { sinceTime } = options
  const values = { ...options, sinceTime: sinceTime?.toISOString() }
  for (const key of keys.slice(0, keys.indexOf('maxLineLength'))) {
    const value = values[key as keyof typeof values]
    if (value !== undefined) query.set(key, String(value))
  }
  return query
}
