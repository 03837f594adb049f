/** The longest delay of a Node timer, in milliseconds. */
export const maxTimer: number = 2 ** 31 - 1

/**
 * An option that is silently ignored is worse than an error: `verfy` would not verify.
 * @param what what the error calls it
 * @throws {TypeError} not an object, or one with a key that is not known
 */
export function knownKeys(what: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} takes an object with ${known.join(', ')}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${what} has no option '${key}'; it has ${known.join(', ')}`)
    }
  }
}

/** @throws {TypeError | RangeError} not an integer in the range */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`)
  }
  return value
}

/** @throws {TypeError} there, and not a boolean */
export function optionalBoolean(name: string, value: unknown): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`${name} must be a boolean`)
  }
  return value
}

/** @throws {TypeError} there, and not an AbortSignal */
export function checkSignal(value: AbortSignal | undefined): void {
  // Not by class: a signal may come from another realm or a polyfill.
  if (value !== undefined && typeof value?.addEventListener !== 'function') {
    throw new TypeError('signal must be an AbortSignal')
  }
}

/** @throws {TypeError} there, and not a function */
export function optionalFunction<T>(name: string, value: T): T {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${name} must be a function`)
  }
  return value
}
