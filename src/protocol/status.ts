import type { Violation } from './violation.ts'

/** What a server says of a request or of a command's end: `metav1.Status`, with the fields that matter here. */
export interface Status {
  readonly kind?: string
  readonly apiVersion?: string
  readonly metadata?: StatusMetadata
  /** `Success` or `Failure`; some servers leave it out, which is never a success. */
  readonly status?: string
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  /** An HTTP status code. */
  readonly code?: number
}

/** `metav1.ListMeta`; empty in every status of a session. */
export interface StatusMetadata {
  readonly selfLink?: string
  readonly resourceVersion?: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** How a session ended, as far as its status tells. */
export type Outcome =
  /** The command ended by itself. `status` is `null` only for the silent success of v1. */
  | { readonly kind: 'exit'; readonly exitCode: number; readonly status: Status | null }
  /** The server reports a failure that is not an exit code. */
  | { readonly kind: 'failure'; readonly status: Status }

/** Anything a session can learn from the status channel. */
export type StatusResult = Outcome | Violation

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true })

function malformed(description: string): Violation {
  return { violation: 'status', description }
}

/**
 * A `Status` object out of JSON bytes, with the fields of the wrong type left out; `null` when they are not a JSON
 * object in UTF-8. Strict JSON only: reading an error text such as `rpc error: …` as YAML is how servers before 1.36
 * lost the message.
 */
export function decodeStatus(payload: Uint8Array): Status | null {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(payload))
  } catch {
    return null
  }
  if (!isObject(value)) return null
  const metadata = own(value, 'metadata')
  const details = own(value, 'details')
  return {
    ...text(value, 'kind'),
    ...text(value, 'apiVersion'),
    ...(isObject(metadata) && { metadata: decodeMetadata(metadata) }),
    ...text(value, 'status'),
    ...text(value, 'message'),
    ...text(value, 'reason'),
    ...(isObject(details) && { details: decodeDetails(details) }),
    ...integer(value, 'code'),
  }
}

// Field by field: handed on as it came, a deeply nested one would overflow the stack of whoever prints it.
function decodeMetadata(metadata: JsonObject): StatusMetadata {
  return {
    ...text(metadata, 'selfLink'),
    ...text(metadata, 'resourceVersion'),
    ...text(metadata, 'continue'),
    ...integer(metadata, 'remainingItemCount'),
  }
}

function decodeDetails(details: JsonObject): StatusDetails {
  const causes = own(details, 'causes')
  return {
    ...text(details, 'name'),
    ...text(details, 'group'),
    ...text(details, 'kind'),
    ...(Array.isArray(causes) && {
      causes: causes.filter(isObject).map((cause) => ({
        ...text(cause, 'reason'),
        ...text(cause, 'message'),
        ...text(cause, 'field'),
      })),
    }),
    ...integer(details, 'retryAfterSeconds'),
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function text(object: JsonObject, key: string): Record<string, string> {
  const value = own(object, key)
  return typeof value === 'string' ? { [key]: value } : {}
}

function integer(object: JsonObject, key: string): Record<string, number> {
  const value = own(object, key)
  return Number.isSafeInteger(value) ? { [key]: value as number } : {}
}

/**
 * The exit code that a status names, or `null` when it names none: 0 for `Success`, else the `ExitCode` cause of a
 * `NonZeroExitCode` failure, as any safe integer but 0 (Windows has codes over 2^31, and v4 hands them on).
 * The message is never looked at: it repeats the command.
 */
export function exitCodeOf(status: Status): number | null {
  if (status.status === 'Success') return 0
  if (status.status !== 'Failure' || status.reason !== 'NonZeroExitCode') return null
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')
  if (cause?.message === undefined || !/^-?\d{1,16}$/.test(cause.message)) return null
  const code = Number(cause.message)
  return Number.isSafeInteger(code) && code !== 0 ? code : null
}

/** What a JSON status of v4 or v5 means for the session. */
export function outcomeOf(status: Status): StatusResult {
  const exitCode = exitCodeOf(status)
  if (exitCode !== null) return { kind: 'exit', exitCode, status }
  if (status.status === 'Failure' && status.reason === 'NonZeroExitCode') {
    return malformed('the server reported a non-zero exit code without naming a usable one')
  }
  // A Status without `status` (`{}` or `{"metadata":{}}`) stands for an error whose text the server lost.
  return { kind: 'failure', status }
}

/**
 * Whether a failure that is no exit code is one of watching the command, so that it did run: containerd whose shim is lost or
 * whose `drain_exec_sync_io_timeout` is over, CRI-O for stdin that the command left unread.
 */
export function ranUnwatched({ message = '' }: Status): boolean {
  return /failed while waiting for exec|failed to drain exec process|broken pipe$/.test(message)
}

/** v1's words for an exit code, by runtime. Anchored: the text repeats the command, which can hold anything. */
const exitCodeTexts = [
  // containerd
  /^command terminated with non-zero exit code: error executing command \[[\s\S]*\], exit code (\d+)$/,
  // CRI-O
  /^command terminated with non-zero exit code: exit status (\d+)$/,
  // dockershim, Kubernetes 1.23 and older
  /^command terminated with non-zero exit code: Error executing in Docker Container: (\d+)$/,
]

/**
 * What the text of v1's status channel means for the session. v1 writes only on failure; the whole text is known when
 * the session has ended.
 */
export function outcomeOfText(message: string): StatusResult {
  for (const pattern of exitCodeTexts) {
    const exitCode = Number(pattern.exec(message)?.[1] ?? 0)
    if (exitCode !== 0 && Number.isSafeInteger(exitCode)) {
      const causes = [{ reason: 'ExitCode', message: String(exitCode) }]
      const status = { status: 'Failure', message, reason: 'NonZeroExitCode', details: { causes } }
      return { kind: 'exit', exitCode, status }
    }
  }
  return { kind: 'failure', status: { status: 'Failure', message } }
}
