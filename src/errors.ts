/**
 * The error classes. Match on `code`, which is stable; the classes add fields.
 * No message, field or cause ever holds a token, a password, a key or the command's arguments.
 */

export type ErrorCode =
  // KubeconfigError
  | 'ERR_KUBECONFIG_NOT_FOUND'
  | 'ERR_KUBECONFIG_UNREADABLE'
  | 'ERR_KUBECONFIG_SYNTAX'
  | 'ERR_KUBECONFIG_INVALID'
  // AuthError
  | 'ERR_CREDENTIALS_UNAVAILABLE'
  | 'ERR_CREDENTIALS_INVALID'
  | 'ERR_CREDENTIALS_INSECURE'
  | 'ERR_PLUGIN_DENIED'
  | 'ERR_PLUGIN_NOT_FOUND'
  | 'ERR_PLUGIN_FAILED'
  | 'ERR_PLUGIN_OUTPUT'
  // ConnectionError
  | 'ERR_CONNECTION_FAILED'
  | 'ERR_CONNECTION_REFUSED'
  | 'ERR_HOST_NOT_FOUND'
  | 'ERR_PROXY'
  | 'ERR_TLS'
  | 'ERR_TLS_UNTRUSTED'
  | 'ERR_TLS_EXPIRED'
  | 'ERR_TLS_NAME_MISMATCH'
  | 'ERR_TLS_CLIENT_CERTIFICATE'
  | 'ERR_HANDSHAKE_TIMEOUT'
  // UpgradeError
  | 'ERR_UPGRADE_REFUSED'
  | 'ERR_REQUEST_REFUSED'
  | 'ERR_SUBPROTOCOL'
  // PodwireError: what is found of a pod
  | 'ERR_POD_NOT_FOUND'
  | 'ERR_CONTAINER_NOT_FOUND'
  | 'ERR_CONTAINER_NOT_RUNNING'
  | 'ERR_CONTAINER_STDIN'
  // PodwireError: background processes
  | 'ERR_BACKGROUND_RUNNING'
  | 'ERR_BACKGROUND_STATE'
  | 'ERR_BACKGROUND_OUTPUT'
  | 'ERR_BACKGROUND_REPLY'
  | 'ERR_BACKGROUND_ALIVE'
  // ExecError and below
  | 'ERR_STDIN_SOURCE'
  | 'ERR_STDIN_CANNOT_END'
  | 'ERR_STATUS'
  | 'ERR_SHELL_NOT_FOUND'
  | 'ERR_CWD'
  | 'ERR_USER'
  | 'ERR_KILL'
  | 'ERR_PROTOCOL'
  | 'ERR_STATUS_MALFORMED'
  | 'ERR_CONNECTION_LOST'
  | 'ERR_NO_STATUS'
  | 'ERR_UNVERIFIED'
  | 'ERR_SESSION_CLOSED'
  | 'ERR_MAX_BUFFER'
  | 'ERR_TIMEOUT'
  | 'ERR_EXIT_CODE'

interface ErrorOptions {
  readonly cause?: unknown
}

/** The base of every error that podwire makes; bad arguments are plain `TypeError` and `RangeError`. */
export class PodwireError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
  }
}

/** A kubeconfig that is missing, unreadable or wrong. */
export class KubeconfigError extends PodwireError {
  /** The file's path as it was given; absent for text that came from no file. */
  readonly file: string | undefined
  /** 1-based. */
  readonly line: number | undefined
  /** 1-based. */
  readonly column: number | undefined
  /** The place inside the document, such as `users[0].user.token`. */
  readonly field: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly file?: string | undefined
      readonly line?: number | undefined
      readonly column?: number | undefined
      readonly field?: string | undefined
    } = {},
  ) {
    super(code, message, options)
    this.file = options.file
    this.line = options.line
    this.column = options.column
    this.field = options.field
  }
}

/** Credentials that could not be obtained or cannot be used. */
export class AuthError extends PodwireError {
  /** The credential plugin that this is about, without its arguments; `null` when it is about none. */
  readonly command: string | null
  /** The plugin's; `null` when it was never started, or was ended by a signal. */
  readonly exitCode: number | null
  /** The end of what the plugin wrote to stderr, up to 4 KiB; not printed with the error. */
  declare readonly stderr: string

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & {
      readonly command?: string
      readonly exitCode?: number | null
      readonly stderr?: string
    } = {},
  ) {
    super(code, message, options)
    this.command = options.command ?? null
    this.exitCode = options.exitCode ?? null
    hidden(this, 'stderr', options.stderr ?? '')
  }
}

/** The server could not be reached, or TLS with it could not be established. */
export class ConnectionError extends PodwireError {}

/**
 * What the API server says in a `Status` object: the body of a refused request, or the end of an exec.
 * The same shape as `Status` of `podwire/protocol`, which this file must not import.
 */
export interface ErrorStatus {
  readonly status?: string
  readonly message?: string
  readonly reason?: string
  readonly code?: number
}

/** The server answered, and its answer was no: a refused upgrade or a refused GET. */
export class UpgradeError<S extends ErrorStatus = ErrorStatus> extends PodwireError {
  readonly httpStatus: number
  /** The server's `Status` body, when it sent one. */
  readonly status: S | null
  /** What to do about it, where that is known. */
  readonly hint: string | null

  constructor(
    code: ErrorCode,
    message: string,
    fields: ErrorOptions & {
      readonly httpStatus: number
      readonly status?: S | null
      readonly hint?: string | null
    },
  ) {
    super(code, message, fields)
    this.httpStatus = fields.httpStatus
    this.status = fields.status ?? null
    this.hint = fields.hint ?? null
  }
}

/** The fields that every error of an open session shares with a result. */
export interface ExecErrorFields {
  /** `null` unless the command's end is known; never means success. */
  readonly exitCode: number | null
  /** What had arrived, up to `maxBuffer`; empty for `spawn`, whose streams hold the output. */
  readonly stdout: string | Uint8Array
  readonly stderr: string | Uint8Array
  readonly status: ErrorStatus | null
  readonly verified: boolean
  readonly protocol: string
}

/** A session was open and its outcome is not a plain success; carries what a result would. */
export class ExecError extends PodwireError implements ExecErrorFields {
  declare readonly exitCode: number | null
  declare readonly stdout: string | Uint8Array
  declare readonly stderr: string | Uint8Array
  declare readonly status: ErrorStatus | null
  declare readonly verified: boolean
  declare readonly protocol: string

  constructor(
    code: ErrorCode,
    message: string,
    fields: Partial<ExecErrorFields> & ErrorOptions = {},
  ) {
    super(code, message, fields)
    this.exitCode = fields.exitCode ?? null
    this.verified = fields.verified ?? false
    this.protocol = fields.protocol ?? ''
    // Output and status may hold what nobody wants in a log (a v4 status repeats the argv), and may be large:
    // they are there to be read, not to be printed.
    hidden(this, 'stdout', fields.stdout ?? '')
    hidden(this, 'stderr', fields.stderr ?? '')
    hidden(this, 'status', fields.status ?? null)
  }

  /** The error itself, so that an error can stand where a result is expected. */
  get error(): this {
    return this
  }
}

function hidden(error: PodwireError, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true })
}

/** The server reported a failure that is not an exit code, such as an unknown command. */
export class StatusError extends ExecError {}

/** The server sent what the protocol does not allow. */
export class ProtocolError extends ExecError {}

/** The session ended without a status: what the command did is not known. */
export class ConnectionLostError extends ExecError {
  /** The WebSocket close code; 1006 when there was no close frame. */
  readonly closeCode: number

  constructor(
    code: ErrorCode,
    message: string,
    fields: Partial<ExecErrorFields> & ErrorOptions & { readonly closeCode: number },
  ) {
    super(code, message, fields)
    this.closeCode = fields.closeCode
  }
}

/** An output stream grew over `maxBuffer`; `stdout` and `stderr` hold what was collected until then. */
export class MaxBufferError extends ExecError {}

/** The command did not end within `timeout`. */
export class TimeoutError extends ExecError {}

/** The command ended with a non-zero exit code and `check` was set. */
export class ExitError extends ExecError {}

// On the prototypes, where they survive minification and stay out of what is printed.
for (const [name, { prototype }] of Object.entries({
  PodwireError,
  KubeconfigError,
  AuthError,
  ConnectionError,
  UpgradeError,
  ExecError,
  StatusError,
  ProtocolError,
  ConnectionLostError,
  MaxBufferError,
  TimeoutError,
  ExitError,
})) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true })
}
