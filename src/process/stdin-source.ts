import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { StdinStream } from './stdin-stream.ts'

/** What a command can be given to read. */
export type StdinSource = string | Uint8Array | Readable | AsyncIterable<string | Uint8Array>

/** Milliseconds for which a source that always has more may keep the event loop from everything else. */
const stint = 10

/** The source itself, when it is one. @throws {TypeError} it is something else */
export function validStdinSource(source: unknown): StdinSource {
  const iterable = typeof source === 'object' && source !== null && Symbol.asyncIterator in source
  if (typeof source === 'string' || source instanceof Uint8Array || iterable) {
    return source as StdinSource
  }
  throw new TypeError(
    'stdin must be a string, a Uint8Array, a Readable or an async iterable of those',
  )
}

/** In bytes, when that can be said beforehand. */
export function lengthOf(source: StdinSource): number | null {
  return typeof source === 'string' || source instanceof Uint8Array
    ? Buffer.byteLength(source)
    : null
}

/** A source may fail before the session is open: that must crash nothing, and the feed is told when it reads. */
export function claimSource(source: StdinSource): void {
  if (!(source instanceof Readable)) return
  const ignore = () => {}
  source.on('error', ignore)
  source.once('close', () => source.off('error', ignore))
}

/** Lets go of a source that will not be read, because there is no session. */
export function abandonSource(source: StdinSource): void {
  if (source instanceof Readable) source.destroy()
  else if (source instanceof ReadableStream) source.cancel().catch(() => {})
}

/** Writes a source into stdin at the pace the server takes it, then ends stdin. */
export class StdinFeed {
  readonly #source: StdinSource
  readonly #stdin: StdinStream
  #stopped = false

  constructor(source: StdinSource, stdin: StdinStream) {
    this.#source = source
    this.#stdin = stdin
  }

  /** Runs until the source has ended or the feed is stopped. Rejects with what the source throws. */
  async run(): Promise<void> {
    const source = this.#source
    if (typeof source === 'string' || source instanceof Uint8Array) {
      this.#stdin.end(source)
      return
    }
    // The iterator of a web stream cannot be stopped while it waits.
    const iterable = source instanceof ReadableStream ? Readable.fromWeb(source) : source
    const iterator = iterable[Symbol.asyncIterator]()
    this.#stdin.once('close', () => this.#release(iterable, iterator))
    try {
      let turned = performance.now()
      for (;;) {
        if (performance.now() - turned >= stint) {
          await turn()
          turned = performance.now()
        }
        if (this.#stopped) return
        const { done, value } = await iterator.next()
        if (this.#stopped) return
        if (done === true) break
        if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
          throw new TypeError(`stdin yielded a chunk that is neither string nor Uint8Array`)
        }
        if (value.length > 0 && !this.#stdin.write(value)) await this.#drained()
      }
    } catch (error) {
      if (this.#stopped) return
      throw error
    }
    this.#stdin.end()
  }

  /** The command reads no more: the source is let go, even in the middle of waiting for it. */
  #release(iterable: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>): void {
    this.#stopped = true
    if (iterable instanceof Readable) iterable.destroy()
    // An iterator that cannot be stopped is left alone; nothing waits for it.
    else void (async () => iterator.return?.())().catch(() => {})
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        this.#stdin.off('drain', proceed)
        this.#stdin.off('close', proceed)
        resolve()
      }
      this.#stdin.on('drain', proceed)
      this.#stdin.on('close', proceed)
    })
  }
}
