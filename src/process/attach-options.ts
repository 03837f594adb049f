import { knownKeys, optionalBoolean } from '../option.ts'
import type { TerminalSize } from '../protocol/index.ts'
import { validTerminalSize } from '../protocol/resize.ts'
import type { SessionCallOptions } from './options.ts'
import { commonKeys, validCommonOptions } from './options.ts'

export interface AttachOptions
  extends Pick<SessionCallOptions, 'signal' | 'subprotocol' | 'stdinWindow' | 'trace'> {
  /** Of any kind. @default what the annotation `kubectl.kubernetes.io/default-container` names, else the first */
  readonly container?: string | undefined
  /**
   * Needs a container whose spec has `stdin: true`. Ending it does not end the container's, unless its spec has
   * `stdinOnce`: the session ends. With a tty it sends the byte 0x04, which ends a shell.
   * @default false
   */
  readonly stdin?: boolean | undefined
  /** @default true */
  readonly stdout?: boolean | undefined
  /** There is none when the container has a tty. @default true */
  readonly stderr?: boolean | undefined
  /**
   * Of the terminal here, when the container has a tty: sent with one more row and column first, so that what it shows
   * is drawn again.
   */
  readonly size?: TerminalSize | undefined
}

const attachKeys = ['stdin', 'stdout', 'stderr', 'size']
/** What is done by a command around the caller's, which an attach does not have. */
const ofCommands = ['verify', 'cwd', 'env', 'user', 'onAbort']

/** @throws {TypeError | RangeError} an option that there is not, or with a value that it cannot have */
export function validAttachOptions(options: AttachOptions): AttachOptions {
  const wrong = ofCommands.find((key) => Object.hasOwn(options ?? {}, key))
  if (wrong !== undefined) {
    throw new TypeError(`attach cannot have '${wrong}': the process runs already; use spawn`)
  }
  knownKeys('attach', options, [...commonKeys, ...attachKeys])
  validCommonOptions(options)
  for (const key of ['stdin', 'stdout', 'stderr'] as const) optionalBoolean(key, options[key])
  if (options.size !== undefined) validTerminalSize(options.size)
  if (options.stdout === false && options.stderr === false && options.stdin !== true) {
    throw new RangeError('attach needs at least one of stdin, stdout and stderr')
  }
  return options
}
