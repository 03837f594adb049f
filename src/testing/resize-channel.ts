import { TerminalSizeQueue } from './terminal-size-queue.ts'

/**
 * The resize channel with the ways it wedges a real session: without a tty the translator takes one size and then
 * blocks, and after a message that does not decode the next one blocks on every path (protocol of
 * apiserver/pkg/util/proxy/websocket.go). The raw path without a tty drains for ever.
 */
export class ResizeChannel {
  readonly sizes: TerminalSizeQueue = new TerminalSizeQueue()
  readonly #tty: boolean
  readonly #translated: boolean
  #wedged = false

  constructor(tty: boolean, translated: boolean) {
    this.#tty = tty
    this.#translated = translated
  }

  write(payload: Uint8Array): Promise<void> | undefined {
    if (this.#wedged) return new Promise<void>(() => {})
    if (payload.length === 0) return undefined
    const size = decodeResize(payload)
    if (size === null || (!this.#tty && this.#translated)) this.#wedged = true
    // containerd ignores a size with a side below 1.
    else if (this.#tty && size.columns > 0 && size.rows > 0) this.sizes.push(size)
    return undefined
  }

  end(): void {
    this.sizes.end()
  }
}

/** `{"Width":80,"Height":24}` with Go's rules: keys in any case, sides 0 to 65535, a missing side is 0. */
function decodeResize(payload: Uint8Array): { columns: number; rows: number } | null {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(payload).toString())
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const sides = new Map(Object.entries(value).map(([key, side]) => [key.toLowerCase(), side]))
  const columns: unknown = sides.get('width') ?? 0
  const rows: unknown = sides.get('height') ?? 0
  return isUint16(columns) && isUint16(rows) ? { columns, rows } : null
}

function isUint16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff
}
