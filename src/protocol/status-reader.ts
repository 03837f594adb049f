import type { StatusResult } from './status.ts'
import { decodeStatus, outcomeOf, outcomeOfText } from './status.ts'
import type { Subprotocol } from './subprotocol.ts'
import { hasJsonStatus } from './subprotocol.ts'
import type { Violation } from './violation.ts'

/**
 * The most that a status may be, in bytes. Real ones are some hundred, but v4's message repeats the argv, and a request
 * can hold about 1 MiB of that.
 */
export const maxStatusLength: number = 4 * 1024 * 1024

// A byte order mark is a part of the text: the whole of it is compared.
const text = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** How the connection ended. */
export interface ConnectionEnd {
  /** The WebSocket close code; 1006 when no close frame was received. */
  readonly code: number
  /** The text of the close frame; servers send none. */
  readonly reason: string
}

/** Puts the status together from the payloads of channel 3, of which there may be several. */
export class StatusReader {
  readonly #json: boolean
  readonly #object = new ObjectScanner()
  #bytes = new Uint8Array(256)
  #length = 0
  #result: StatusResult | null = null

  constructor(subprotocol: Subprotocol) {
    this.#json = hasJsonStatus(subprotocol)
  }

  /** Takes one payload of channel 3; the result once it is known. The first result stands: a parsed status is final. */
  read(payload: Uint8Array): StatusResult | null {
    if (this.#result !== null) return null
    if (!this.#json) {
      // v1's text may go on in the next frame, so it is judged at the end of the session.
      return this.#append(payload) ? null : this.#settle(tooLong())
    }
    const taken = this.#object.take(payload)
    if (taken === null) return this.#settle(notJson())
    // What follows the object is not looked at, in this frame as little as in the next one.
    if (!this.#append(payload.subarray(0, taken))) return this.#settle(tooLong())
    if (!this.#object.closed) return null
    const status = decodeStatus(this.#received())
    return this.#settle(status === null ? notJson() : outcomeOf(status))
  }

  /**
   * Takes the end of the connection; what it adds, if anything. Without any status only v1 can have succeeded, by a
   * close frame 1000 without text; the others end in `null`, which is not a success.
   */
  end(end: ConnectionEnd): StatusResult | null {
    if (this.#result !== null) return null
    if (this.#length > 0) {
      if (this.#json) {
        // Cut short by a lost connection it is no status at all, and no fault of the server's.
        return end.code === 1000 ? this.#settle(notJson()) : null
      }
      return this.#settle(outcomeOfText(text.decode(this.#received())))
    }
    if (!this.#json && end.code === 1000 && end.reason === '') {
      return this.#settle({ kind: 'exit', exitCode: 0, status: null })
    }
    return null
  }

  #received(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Whether the payload still fitted. */
  #append(payload: Uint8Array): boolean {
    const length = this.#length + payload.length
    if (length > maxStatusLength) return false
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
      grown.set(this.#received())
      this.#bytes = grown
    }
    this.#bytes.set(payload, this.#length)
    this.#length = length
    return true
  }

  #settle(result: StatusResult): StatusResult {
    this.#result = result
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    return result
  }
}

const quote = 0x22
const backslash = 0x5c
const openingBrace = 0x7b
const closingBrace = 0x7d
const spaces: readonly number[] = [0x20, 0x09, 0x0a, 0x0d]

/** Finds the end of a JSON object by its braces, looking at each byte once, however it is cut into frames. */
class ObjectScanner {
  #depth = 0
  #inString = false
  #escaped = false
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  /** How many of the bytes belong to the object: all, until it is closed. `null`: they do not begin one. */
  take(bytes: Uint8Array): number | null {
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
      } else if (byte === openingBrace) {
        this.#depth += 1
      } else if (this.#depth === 0) {
        if (!spaces.includes(byte)) return null
      } else if (byte === quote) {
        this.#inString = true
      } else if (byte === closingBrace) {
        this.#depth -= 1
        if (this.#depth === 0) {
          this.#closed = true
          return index + 1
        }
      }
    }
    return bytes.length
  }
}

function malformed(description: string): Violation {
  return { violation: 'status', description }
}

function notJson(): Violation {
  return malformed('the server sent a status that is not a JSON object')
}

function tooLong(): Violation {
  return malformed(`the server sent a status of over ${maxStatusLength} bytes`)
}
