import { Readable } from 'node:stream'
import { throwApart } from '../callback.ts'
import type { OutputSink } from './output-sink.ts'
import { PayloadQueue } from './payload-queue.ts'

/**
 * An output channel as a Node stream.
 *
 * What nobody has read yet waits in a queue of bounded size, so that this stream does not hold up the other one at once.
 * The stream's own buffer is kept to a single chunk: only so is it known when everything has been handed over, and a
 * failure comes behind the last byte, not instead of it.
 */
export class OutputStream extends Readable implements OutputSink {
  readonly #queue = new PayloadQueue()
  readonly #slack: number
  readonly #onRoom: () => void
  #wanted = false
  #full = false
  #ended = false
  #error: Error | null = null

  /**
   * @param slack bytes that may wait unread before `write` says that there is no room
   * @param onRoom called when there is room again after `write` said that there is none
   */
  constructor(slack: number, onRoom: () => void) {
    super({ highWaterMark: 1 })
    this.#slack = slack
    this.#onRoom = onRoom
    // A failed session must not bring the program down because nobody listens here.
    this.on('error', () => {})
  }

  write(payload: Uint8Array): boolean {
    if (this.destroyed) return true
    if (this.#wanted) {
      try {
        this.#wanted = this.push(payload)
      } catch (error) {
        throwApart(error)
      }
      return true
    }
    this.#queue.push(payload)
    this.#full = this.#queue.length >= this.#slack
    return !this.#full
  }

  end(error: Error | null, rest: 'deliver' | 'discard'): void {
    if (error !== null && rest === 'discard') {
      this.destroy(error)
      return
    }
    this.#ended = true
    this.#error = error
    if (this.#wanted) this.#finish()
  }

  override _read(): void {
    this.#wanted = true
    while (this.#wanted) {
      const chunk = this.#queue.shift()
      if (chunk === undefined) break
      this.#wanted = this.push(chunk)
    }
    if (this.#full && this.#queue.length <= this.#slack / 2) this.#release()
    if (this.#ended && this.#wanted) this.#finish()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#queue.clear()
    if (this.#full) this.#release()
    callback(error)
  }

  #release(): void {
    this.#full = false
    this.#onRoom()
  }

  #finish(): void {
    const error = this.#error
    if (error === null) this.push(null)
    // Asked for more, the reader still holds the last chunk: it gets to see it first.
    else process.nextTick(() => this.destroy(error))
  }
}
