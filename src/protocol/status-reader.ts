import type { StatusResult } from './status.ts'
import { decodeStatus, outcomeOf, outcomeOfText } from './status.ts'
import type { Subprotocol } from './subprotocol.ts'
import { hasJsonStatus } from './subprotocol.ts'
import type { Violation } from './violation.ts'

/**
 * The most that a status may be, in bytes. Real ones are some hundred, but v4's message repeats the argv, and a request
 * can hold about 1 MiB of that.
 */
export const maxStatusLength = 4 * 1024 * 1024

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
    if (this.#length + payload.length > maxStatusLength) {
      return this.#settle(malformed(`the server sent a status of over ${maxStatusLength} bytes`))
    }
    this.#append(payload)
    // v1's text may go on in the next frame, so it is judged at the end of the session.
    if (!this.#json) return null
    switch (this.#object.scan(payload)) {
      case 'open':
        return null
      case 'closed': {
        const status = decodeStatus(this.#received())
        return this.#settle(status === null ? notJson() : outcomeOf(status))
      }
      case 'garbage':
        return this.#settle(notJson())
    }
  }

  /**
   * Takes the end of the connection; what it adds, if anything. Without any status only v1 can have succeeded, by a
   * close frame 1000 without text; the others end in `null`, which is not a success.
   */
  end(end: ConnectionEnd): StatusResult | null {
    if (this.#result !== null) return null
    if (this.#length > 0) {
      if (this.#json) return this.#settle(notJson())
      return this.#settle(outcomeOfText(new TextDecoder().decode(this.#received())))
    }
    if (!this.#json && end.code === 1000 && end.reason === '') {
      return this.#settle({ kind: 'exit', exitCode: 0, status: null })
    }
    return null
  }

  #received(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #append(payload: Uint8Array): void {
    const length = this.#length + payload.length
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
      grown.set(this.#received())
      this.#bytes = grown
    }
    this.#bytes.set(payload, this.#length)
    this.#length = length
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

  scan(bytes: Uint8Array): 'open' | 'closed' | 'garbage' {
    for (const byte of bytes) {
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
      } else if (byte === openingBrace) {
        this.#depth += 1
      } else if (this.#depth === 0) {
        if (!spaces.includes(byte)) return 'garbage'
      } else if (byte === quote) {
        this.#inString = true
      } else if (byte === closingBrace) {
        this.#depth -= 1
        // Another object may follow in the same frame; it is not ours to read, and the parser will say so.
        if (this.#depth === 0) return 'closed'
      }
    }
    return 'open'
  }
}

function malformed(description: string): Violation {
  return { violation: 'status', description }
}

function notJson(): Violation {
  return malformed('the server sent a status that is not a JSON object')
}
