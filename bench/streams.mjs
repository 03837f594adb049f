import { Readable, Writable } from 'node:stream'
import { Pace } from './pace.mjs'

/** Takes everything, at most `rate` bytes per second; `taken` counts. */
export class Sink extends Writable {
  taken = 0
  #pace

  constructor(rate) {
    super()
    this.#pace = new Pace(rate)
  }

  _write(chunk, _encoding, callback) {
    this.taken += chunk.length
    const ahead = this.#pace.take(chunk.length)
    if (ahead > 0) setTimeout(callback, ahead)
    else callback()
  }
}

/** Gives `bytes` bytes in chunks of 32 KiB, which is what one stdin message carries. */
export function source(bytes) {
  const chunk = Buffer.alloc(32 * 1024, 'x')
  let left = bytes
  return new Readable({
    read() {
      const length = Math.min(left, chunk.length)
      left -= length
      this.push(length === 0 ? null : chunk.subarray(0, length))
    },
  })
}
