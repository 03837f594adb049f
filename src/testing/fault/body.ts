import type { ServerResponse } from 'node:http'
import type { Fault } from '../fault.ts'

/** Where a body goes, bit by bit. */
export interface Body {
  write(bytes: Uint8Array): void
  end(): void
}

/** The body of a log or a watch with a fault in front of it; most faults are about sessions, and do nothing here. */
export function bodyWithFault(
  fault: Fault | null,
  response: ServerResponse,
  reset: () => void,
): Body {
  const plain: Body = {
    write: (bytes) => void response.write(bytes),
    end: () => void response.end(),
  }
  switch (fault?.kind) {
    case 'half-open':
      return { write: () => {}, end: () => {} }
    case 'byte-by-byte':
      return {
        ...plain,
        write(bytes) {
          for (const byte of bytes) response.write(Buffer.of(byte))
        },
      }
    case 'cut':
      return interrupted(response, fault.afterBytes, () => response.destroy())
    case 'reset':
      return interrupted(response, fault.afterBytes, reset)
    case 'lost-hop':
      return interrupted(response, fault.afterBytes, () => response.end())
    default:
      return plain
  }
}

/** Passes so many bytes on and strikes when they are on their way; with fewer the body ends as it would. */
function interrupted(response: ServerResponse, afterBytes: number, strike: () => void): Body {
  let left = afterBytes
  const strikeAtEnd = (): void => {
    if (left === 0) strike()
  }
  if (left === 0) {
    response.flushHeaders()
    // After the answer's own start.
    setImmediate(strike)
  }
  return {
    write(bytes) {
      if (left === 0) return
      const part = bytes.subarray(0, left)
      left -= part.length
      response.write(part, strikeAtEnd)
    },
    end() {
      if (left > 0) response.end()
    },
  }
}
