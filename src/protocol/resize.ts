/** The size of a terminal, in character cells. */
export interface TerminalSize {
  /** 1 to 65535. */
  readonly columns: number
  /** 1 to 65535. */
  readonly rows: number
}

const encoder = /* @__PURE__ */ new TextEncoder()

/**
 * The payload for channel 4 (client-go, tools/remotecommand/resize.go). Send it only when a tty was requested.
 *
 * A server that cannot decode a size stops reading the session at the next one, so sizes are checked here.
 * @throws {TypeError} a side is not a number
 * @throws {RangeError} a side is not an integer from 1 to 65535
 */
export function encodeResize(size: TerminalSize): Uint8Array<ArrayBuffer> {
  const { columns, rows } = validTerminalSize(size)
  return encoder.encode(JSON.stringify({ Width: columns, Height: rows }))
}

/** The size itself, when it is one. @throws {TypeError | RangeError} as `encodeResize` does */
export function validTerminalSize(size: TerminalSize): TerminalSize {
  if (typeof size !== 'object' || size === null) {
    throw new TypeError('a terminal size is an object { columns, rows }')
  }
  for (const side of ['columns', 'rows'] as const) {
    const value: unknown = size[side]
    if (typeof value !== 'number') throw new TypeError(`${side} of a terminal must be a number`)
    if (!Number.isInteger(value) || value < 1 || value > 0xffff) {
      throw new RangeError(`${side} of a terminal must be an integer from 1 to 65535, not ${value}`)
    }
  }
  return size
}
