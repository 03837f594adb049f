import { checkSignal, knownKeys, maxTimer, optionalBoolean, wholeNumber } from '../option.ts'
import type { Status, Subprotocol, TerminalSize } from '../protocol/index.ts'
import { isSubprotocol, subprotocols, supportsClose } from '../protocol/index.ts'
import { validTerminalSize } from '../protocol/resize.ts'
import type { HeartbeatOptions } from '../transport/heartbeat.ts'
import type { Trace } from '../transport/traced-socket.ts'
import type { StdinSource } from './stdin-source.ts'
import { lengthOf, validStdinSource } from './stdin-source.ts'
import { validEnvironment, validFolder } from './surroundings.ts'
import type { OnAbort } from './termination.ts'
import { validUser } from './user.ts'

/** What one call may say about its session. */
export interface SessionCallOptions {
  /** Absent: the pod's only container; with several the server refuses. */
  readonly container?: string | undefined
  /** Ends the call: rejects with its reason. What becomes of the command is `onAbort`'s to say. */
  readonly signal?: AbortSignal | undefined
  /** Offered instead of the one that serves the session best; there is no fallback then. */
  readonly subprotocol?: Subprotocol | undefined
  /** Bytes of stdin that may be unacknowledged. @default what `connect` was given */
  readonly stdinWindow?: number | undefined
  /**
   * The command runs inside `sh -c`, which reports its end on the output itself: an exit code then is the command's own,
   * and a `Success` that a server makes up for a lost hop is a `ConnectionLostError`. Needs `sh` in the container.
   * @default false, and true with `cwd`, `env`, `user` and `onAbort`
   */
  readonly verify?: boolean | undefined
  /** The folder in which the command runs; verifies, too. @default the image's */
  readonly cwd?: string | undefined
  /**
   * Added to the container's environment; verifies, too. It is part of the request, so the cluster's audit log may keep
   * it: hand secrets to the command through its stdin.
   */
  readonly env?: Readonly<Record<string, string>> | undefined
  /**
   * Whose the command is, by name or number; verifies, too. Only root may say so, and the container needs a tool for it.
   * @default the container's
   */
  readonly user?: string | undefined
  /**
   * What the signal, or the timeout of exec, does to the command: it is left alone, gets SIGTERM and five seconds later
   * SIGKILL, or SIGKILL at once; all but `leave` verify, too. The call ends when the command has, or soon after SIGKILL.
   * @default 'leave'
   */
  readonly onAbort?: OnAbort | undefined
  /**
   * Gets everything that happens on the session's WebSocket, payloads included; `formatTraceEvent` makes a line of it.
   * It is called in the middle of things: let it do little.
   */
  readonly trace?: Trace | undefined
}

export interface ExecOptions extends SessionCallOptions {
  /**
   * Absent: stdin is not opened. Empty: it is opened and ended at once. Without `verify`, containerd ends it early, and
   * tells nobody, when the command closes its stdout or stderr, as `sh -c 'cat >FILE'` does.
   */
  readonly stdin?: StdinSource | undefined
  /** `utf8` gives strings, decoded across message borders; `buffer` gives bytes. @default 'utf8' */
  readonly encoding?: 'utf8' | 'buffer' | undefined
  /** Bytes of each of stdout and stderr. @default 64 MiB */
  readonly maxBuffer?: number | undefined
  /** Whether a non-zero exit code rejects, with an `ExitError`. @default false */
  readonly check?: boolean | undefined
  /** `false`: once the session is open nothing rejects; see `error` of the result. @default true */
  readonly reject?: boolean | undefined
  /** Milliseconds for the whole call; its connection then has another second to close. @default no limit */
  readonly timeout?: number | undefined
}

export interface SpawnOptions extends SessionCallOptions {
  /** @default false */
  readonly stdin?: boolean | undefined
  /** @default true */
  readonly stdout?: boolean | undefined
  /** @default true, and false with a tty, which has one output only */
  readonly stderr?: boolean | undefined
  /** A terminal for the command, with its size at the start. @default false */
  readonly tty?: boolean | TerminalSize | undefined
}

/** What a one-shot exec comes to. */
export interface ExecResult<Output extends string | Uint8Array = string> {
  /** `null` when it is not known, which never means success; only with `reject: false`. */
  readonly exitCode: number | null
  readonly stdout: Output
  readonly stderr: Output
  /** As the server sent it; `null` for the silent success of v1 and for an unknown outcome. */
  readonly status: Status | null
  /** Whether the exit code is vouched for by the command's own side, not only by the server. */
  readonly verified: boolean
  /** Why the outcome is not known; only with `reject: false`. */
  readonly error: Error | null
  /** The subprotocol of the session. */
  readonly protocol: Subprotocol
}

/** What sessions of a cluster have in common. */
export interface SessionDefaults {
  readonly heartbeat: HeartbeatOptions | false
  /** Bytes per output channel. */
  readonly outputSlack: number
  /** Bytes. */
  readonly stdinWindow?: number | undefined
}

/** Of every session, an attach's too. */
export const commonKeys: readonly string[] = [
  'container',
  'signal',
  'subprotocol',
  'stdinWindow',
  'trace',
]
const sessionKeys = [...commonKeys, 'verify', 'cwd', 'env', 'user', 'onAbort']
const execKeys = ['stdin', 'encoding', 'maxBuffer', 'check', 'reject', 'timeout']
const spawnKeys = ['stdin', 'stdout', 'stderr', 'tty']
const reactions: readonly OnAbort[] = ['leave', 'terminate', 'kill']

/** @throws {TypeError | RangeError} an option that there is not, or with a value that it cannot have */
export function validExecOptions(options: ExecOptions): ExecOptions {
  knownKeys('exec', options, [...sessionKeys, ...execKeys])
  sessionOptions(options)
  const { stdin, encoding, maxBuffer, timeout, subprotocol } = options
  if (stdin !== undefined) {
    validStdinSource(stdin)
    const canEnd = subprotocol === undefined || supportsClose(subprotocol)
    if (!canEnd && (!needsWrapper(options) || lengthOf(stdin) === null)) {
      throw new RangeError(
        `stdin of exec must end, which ${subprotocol} cannot do; leave 'subprotocol' out, use spawn, or verify with a string or bytes`,
      )
    }
  }
  if (encoding !== undefined && encoding !== 'utf8' && encoding !== 'buffer') {
    throw new RangeError("encoding must be 'utf8' or 'buffer'")
  }
  // Infinity is a choice that a caller can make.
  if (maxBuffer !== undefined && maxBuffer !== Infinity) wholeNumber('maxBuffer', maxBuffer, 0)
  if (timeout !== undefined) wholeNumber('timeout', timeout, 1, maxTimer)
  for (const key of ['check', 'reject'] as const) optionalBoolean(key, options[key])
  return options
}

/** @throws {TypeError | RangeError} an option that there is not, or with a value that it cannot have */
export function validSpawnOptions(options: SpawnOptions): SpawnOptions {
  knownKeys('spawn', options, [...sessionKeys, ...spawnKeys])
  sessionOptions(options)
  for (const key of ['stdin', 'stdout', 'stderr'] as const) optionalBoolean(key, options[key])
  if (typeof options.tty === 'object') validTerminalSize(options.tty)
  else optionalBoolean('tty', options.tty)
  if (options.stdout === false && (options.stderr === false || options.tty)) {
    if (options.stdin !== true) {
      throw new RangeError('spawn needs at least one of stdin, stdout and, without a tty, stderr')
    }
    if (needsWrapper(options)) throw new RangeError('verify needs stdout or stderr')
  }
  if (options.tty && options.stderr === true) {
    throw new RangeError('a tty has one output: stderr cannot be had apart from it')
  }
  return options
}

const copiedKeys = [...new Set([...sessionKeys, ...execKeys, ...spawnKeys, 'size'])]

/** What a call goes by to its end, whatever the caller does to the options that it was given. @param options valid ones */
export function copyOf<Options extends ExecOptions | SpawnOptions>(options: Options): Options {
  const given = options as Readonly<Record<string, unknown>>
  const copy = Object.fromEntries(copiedKeys.map((key) => [key, given[key]]))
  if (options.env !== undefined) copy['env'] = { ...options.env }
  for (const key of ['tty', 'size']) {
    if (typeof copy[key] !== 'object') continue
    const { columns, rows } = copy[key] as TerminalSize
    copy[key] = { columns, rows }
  }
  return copy as unknown as Options
}

type CommonOptions = Pick<SessionCallOptions, 'signal' | 'subprotocol' | 'stdinWindow' | 'trace'>

/** @throws {TypeError | RangeError} one with a value that it cannot have */
export function validCommonOptions(options: CommonOptions): void {
  checkSignal(options.signal)
  if (options.subprotocol !== undefined && !isSubprotocol(options.subprotocol)) {
    throw new RangeError(`subprotocol must be one of ${subprotocols.join(', ')}`)
  }
  if (options.stdinWindow !== undefined) wholeNumber('stdinWindow', options.stdinWindow, 1)
  if (options.trace !== undefined && typeof options.trace !== 'function') {
    throw new TypeError('trace must be a function')
  }
}

function sessionOptions(options: SessionCallOptions): void {
  validCommonOptions(options)
  optionalBoolean('verify', options.verify)
  if (options.cwd !== undefined) validFolder(options.cwd)
  if (options.env !== undefined) validEnvironment(options.env)
  if (options.user !== undefined) validUser(options.user)
  if (options.onAbort !== undefined && !reactions.includes(options.onAbort)) {
    throw new RangeError("onAbort must be 'leave', 'terminate' or 'kill'")
  }
  if (options.verify === false && needsWrapper({ ...options, verify: undefined })) {
    throw new RangeError(
      'cwd, env, user and onAbort verify, too: leave verify out, or make it true',
    )
  }
}

/** Whether the command is to run inside a shell of ours. */
export function needsWrapper(options: SessionCallOptions): boolean {
  const { verify, cwd, env, user, onAbort = 'leave' } = options
  const given = cwd !== undefined || env !== undefined || user !== undefined
  return verify === true || given || onAbort !== 'leave'
}
