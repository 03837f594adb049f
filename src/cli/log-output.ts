import { once } from 'node:events'
import type { LogStream } from '../index.ts'
import type { Interruption } from './interruption.ts'
import { forward, watchOutput } from './remote-streams.ts'

const lineBreak = 0x0a

/** Bytes of a line that are kept until its end is there. */
const longest = 1024 * 1024

/** Prints a log as it is, byte for byte. */
export async function printBytes(log: LogStream, interruption: Interruption): Promise<void> {
  const { stream } = log
  await forward(stream, process.stdout, interruption)
  if (stream.errored !== null) throw stream.errored
}

/** Prints logs byte for byte, but whole lines of each, so that several may meet. */
export class LogLines {
  readonly #signal: AbortSignal
  /** Whose line is not ended on the output. */
  #open: LogStream | null = null
  #drained: Promise<unknown> | null = null

  constructor(interruption: Interruption) {
    this.#signal = interruption.signal
    watchOutput(process.stdout, interruption)
  }

  async print(log: LogStream, prefix: string): Promise<void> {
    const mark = Buffer.from(prefix)
    let held = Buffer.alloc(0)
    for await (const chunk of log.stream) {
      const all = Buffer.concat([held, chunk])
      const end = all.length > longest ? all.length : all.lastIndexOf(lineBreak) + 1
      held = all.subarray(end)
      await this.#write(log, mark, all.subarray(0, end))
    }
    await this.#write(log, mark, held)
  }

  async #write(log: LogStream, prefix: Buffer, bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return
    const goesOn = this.#open === log
    const parts = prefixed(bytes, prefix, goesOn)
    if (this.#open !== null && !goesOn) parts.unshift(Buffer.of(lineBreak))
    this.#open = bytes.at(-1) === lineBreak ? null : log
    if (process.stdout.write(Buffer.concat(parts))) return
    // One for all logs, of which there may be any number.
    this.#drained ??= once(process.stdout, 'drain', { signal: this.#signal }).finally(() => {
      this.#drained = null
    })
    await this.#drained
  }
}

/** @param goesOn whether the first of it belongs to a line that has begun */
function prefixed(bytes: Buffer, prefix: Buffer, goesOn: boolean): Buffer[] {
  if (prefix.length === 0) return [bytes]
  const parts: Buffer[] = goesOn ? [] : [prefix]
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(lineBreak, start) + 1 || bytes.length
    if (start > 0) parts.push(prefix)
    parts.push(bytes.subarray(start, end))
    start = end
  }
  return parts
}
