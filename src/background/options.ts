import { checkSignal, knownKeys, optionalBoolean, wholeNumber } from '../option.ts'
import { validEnvironment, validFolder } from '../process/surroundings.ts'
import type { BackgroundOutput } from './output.ts'
import { backgroundOutputs } from './output.ts'
import type { BackgroundStatus } from './status.ts'

export interface BackgroundCallOptions {
  /** Ends the call, and nothing in the container: rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

export interface BackgroundListOptions extends BackgroundCallOptions {
  /** Absent: the pod's only container; with several the server refuses. */
  readonly container?: string | undefined
  /**
   * An absolute path in the container, for the state of all processes; made when it is not there. On a volume it outlives
   * the container. @default `.podwire` in the first of /tmp, /dev/shm, /var/tmp, /run and $HOME that can be written
   */
  readonly stateDirectory?: string | undefined
}

export interface BackgroundOptions extends BackgroundListOptions {
  /**
   * Gets every change of state once, as far as this object learns of it. After `start` it asks until the process has
   * ended, which keeps the program running; `signal` ends that, and every call.
   */
  readonly onStatus?: ((status: BackgroundStatus) => void) | undefined
}

export interface BackgroundStartOptions extends BackgroundCallOptions {
  /** The folder in which the command runs. @default the image's */
  readonly cwd?: string | undefined
  /** Added to the container's environment; part of the request, as for exec. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** `container` needs the rights of the container's first process. @default 'file' */
  readonly output?: BackgroundOutput | undefined
}

export interface BackgroundStopOptions extends BackgroundCallOptions {
  /** Milliseconds between SIGTERM and SIGKILL, up to ten minutes. @default 10_000 */
  readonly grace?: number | undefined
}

export interface BackgroundLogOptions extends BackgroundCallOptions {
  /** Whether to go on until the process has ended. @default false */
  readonly follow?: boolean | undefined
}

const listKeys = ['container', 'stateDirectory', 'signal']
/** Milliseconds between SIGTERM and SIGKILL. */
export const maxGrace = 600_000

/** It becomes the name of a folder. @throws {TypeError | RangeError} not an ID */
export function validId(id: unknown): string {
  if (typeof id !== 'string') throw new TypeError('the id must be a string')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(id)) {
    const shown = JSON.stringify(id.slice(0, 80))
    throw new RangeError(
      `${shown} is not an id: letters, digits, '.', '_' and '-', a letter or digit first, at most 63 characters`,
    )
  }
  return id
}

/** @throws {TypeError | RangeError} an option that there is not, or with a value that it cannot have */
export function validListOptions(options: BackgroundListOptions): BackgroundListOptions {
  knownKeys('listBackground', options, listKeys)
  places(options)
  return options
}

/** @throws {TypeError | RangeError} */
export function validBackgroundOptions(options: BackgroundOptions): BackgroundOptions {
  knownKeys('background', options, [...listKeys, 'onStatus'])
  places(options)
  if (options.onStatus !== undefined && typeof options.onStatus !== 'function') {
    throw new TypeError('onStatus must be a function')
  }
  return options
}

/** @throws {TypeError | RangeError} */
export function validStartOptions(options: BackgroundStartOptions): BackgroundStartOptions {
  call('start', options, ['cwd', 'env', 'output'])
  if (options.cwd !== undefined) validFolder(options.cwd)
  if (options.env !== undefined) validEnvironment(options.env)
  if (options.output !== undefined && !backgroundOutputs.includes(options.output)) {
    throw new RangeError("output must be 'container', 'file' or 'discard'")
  }
  return options
}

/** @throws {TypeError | RangeError} */
export function validStopOptions(options: BackgroundStopOptions): BackgroundStopOptions {
  call('stop', options, ['grace'])
  if (options.grace !== undefined) wholeNumber('grace', options.grace, 0, maxGrace)
  return options
}

/** @throws {TypeError | RangeError} */
export function validLogOptions(options: BackgroundLogOptions): BackgroundLogOptions {
  call('logs', options, ['follow'])
  optionalBoolean('follow', options.follow)
  return options
}

/** @throws {TypeError | RangeError} */
export function validCallOptions(
  what: string,
  options: BackgroundCallOptions,
): BackgroundCallOptions {
  call(what, options, [])
  return options
}

function call(what: string, options: BackgroundCallOptions, keys: readonly string[]): void {
  knownKeys(what, options, [...keys, 'signal'])
  checkSignal(options.signal)
}

function places({ stateDirectory, signal }: BackgroundListOptions): void {
  checkSignal(signal)
  if (stateDirectory === undefined) return
  if (typeof stateDirectory !== 'string') throw new TypeError('stateDirectory must be a string')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (!/^\/[^\u0000-\u001f\u007f]*$/.test(stateDirectory)) {
    throw new RangeError('stateDirectory must be an absolute path without control characters')
  }
}
