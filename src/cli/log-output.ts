import { once } from 'node:events'
import type { LogStream } from '../index.ts'
import type { Interruption } from './interruption.ts'
import { forward, watchOutput } from './remote-streams.ts'

/** Prints a log as it is, byte for byte. */
export async function printBytes(log: LogStream, interruption: Interruption): Promise<void> {
  const { stream } = log
  await forward(stream, process.stdout, interruption)
  if (stream.errored !== null) throw stream.errored
}

/** Prints logs line by line, so that several may meet: what one has to say is its own line. */
export class LogLines {
  readonly #signal: AbortSignal

  constructor(interruption: Interruption) {
    this.#signal = interruption.signal
    watchOutput(process.stdout, interruption)
  }

  async print(log: LogStream, prefix: string): Promise<void> {
    for await (const line of log) {
      if (process.stdout.write(`${prefix}${line}\n`)) continue
      await once(process.stdout, 'drain', { signal: this.#signal })
    }
  }
}
