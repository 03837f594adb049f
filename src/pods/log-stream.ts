import { Readable } from 'node:stream'
import type { PodReference } from '../protocol/request.ts'
import { anySignal } from '../transport/any-signal.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { HeartbeatOptions } from '../transport/heartbeat.ts'
import { LineSplitter } from './line-splitter.ts'
import type { LogOptions } from './log-options.ts'

/**
 * A container's log, to be read once: line by line with `for await`, or as bytes by `stream`. It is asked for when the
 * first of it is wanted. Leaving the loop, `destroy()` of the stream, `close()` and the signal end the connection.
 *
 * A connection that is cut is an error and no end: `ERR_CONNECTION_LOST`, behind what had arrived; the beginning of a
 * line whose end did not is left out.
 */
export class LogStream implements AsyncIterable<string> {
  readonly #chunks: AsyncGenerator<Uint8Array, void>
  readonly #left = new AbortController()
  readonly #maxLineLength: number
  #stream: Readable | null = null
  #isRead = false

  /** @internal @param options valid ones */
  constructor(
    server: ApiServer,
    pod: PodReference,
    options: LogOptions,
    heartbeat: HeartbeatOptions | false,
  ) {
    this.#maxLineLength = options.maxLineLength ?? 1024 * 1024
    const left = this.#left.signal
    const signal = options.signal ? anySignal([options.signal, left]) : left
    this.#chunks = lazily(server, pod, { ...options, signal }, heartbeat)
  }

  /** The bytes as they come. @throws {TypeError} the log is being read line by line */
  get stream(): Readable {
    if (this.#stream === null) {
      this.#readOnce()
      this.#stream = this.#open()
    }
    return this.#stream
  }

  /** The lines without their `\n`; invalid UTF-8 becomes U+FFFD. @throws {TypeError} the log is being read already */
  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    this.#readOnce()
    const lines = this.#lines()
    const iterator: AsyncIterableIterator<string> = {
      next: () => lines.next(),
      return: () => {
        this.close()
        return lines.return()
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  /** Ends the connection, and the loop that reads behind the lines it has in hand; the stream is destroyed. */
  close(): void {
    this.#left.abort()
    this.#stream?.destroy()
  }

  #readOnce(): void {
    if (this.#isRead) throw new TypeError('a log is read once: as lines or as bytes')
    this.#isRead = true
  }

  async *#lines(): AsyncGenerator<string, void> {
    const splitter = new LineSplitter(this.#maxLineLength)
    try {
      for await (const chunk of this.#chunks) yield* splitter.push(chunk)
      yield* splitter.end()
    } catch (error) {
      if (!this.#left.signal.aborted) throw error
    }
  }

  #open(): Readable {
    return new Readable({
      // Nothing waits in the stream itself, where a failure would swallow it.
      highWaterMark: 1,
      read: () => {
        this.#chunks.next().then(
          ({ done, value }) => this.#stream?.push(done ? null : value),
          (error) => this.#stream?.destroy(error),
        )
      },
      destroy: (error, done) => {
        this.#left.abort()
        this.#chunks.return().then(
          () => done(error),
          () => done(error),
        )
      },
    })
  }
}

/** What reads logs is loaded when one is read. */
async function* lazily(
  server: ApiServer,
  pod: PodReference,
  options: LogOptions & { readonly signal: AbortSignal },
  heartbeat: HeartbeatOptions | false,
): AsyncGenerator<Uint8Array, void> {
  options.signal.throwIfAborted()
  const { logChunks } = await import('./log-chunks.ts')
  yield* logChunks(server, pod, options, heartbeat)
}
