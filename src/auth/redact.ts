// Symbol.for: the same symbol as util.inspect.custom, and known to Deno and Bun.
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/**
 * Keeps fields out of what `console.log`, `util.inspect` and `JSON.stringify` show, at whatever depth the object is
 * printed. The fields themselves stay ordinary, so that they can be read and spread; a spread copy is not protected.
 */
export function redact<T extends object>(value: T, secrets: readonly (keyof T & string)[]): T {
  const shown = (): Record<string, unknown> => {
    const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
    for (const name of secrets) if (copy[name] !== undefined) copy[name] = '[redacted]'
    return copy
  }
  for (const name of [INSPECT, 'toJSON']) {
    Object.defineProperty(value, name, { value: shown, configurable: true })
  }
  return value
}
