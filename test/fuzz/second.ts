import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { podwire } from '../vectors/podwire.ts'
import { folder as vectors } from '../vectors/vectors.ts'
import { FuzzFailure } from './failure.ts'
import type { Random } from './random.ts'
import type { SessionInput } from './session-input.ts'
import { sessionInput } from './session-input.ts'

const batch = 500

/** The second implementation of the protocol as one long-lived process, asked the same as ours. */
export class SecondImplementation {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  /** @param place where the program is built */
  constructor(place: string) {
    const program = join(place, 'second')
    const sources = join(import.meta.dirname, '../vectors/second')
    execFileSync('go', ['build', '-o', program, '.'], { cwd: sources })
    this.#process = spawn(program, ['-serve', vectors], { stdio: ['pipe', 'pipe', 'inherit'] })
    const input = this.#process.stdout as NodeJS.ReadableStream
    this.#lines = createInterface({ input })[Symbol.asyncIterator]()
  }

  /** Many sessions. @returns the number of messages */
  fuzz(random: Random): Promise<number> {
    return this.compare(Array.from({ length: batch }, () => sessionInput(random)))
  }

  /** Whether both understand the sessions alike. @returns the number of messages */
  async compare(inputs: readonly SessionInput[]): Promise<number> {
    const questions = inputs.map((input, id) => JSON.stringify({ id, kind: 'session', input }))
    this.#process.stdin?.write(`${questions.join('\n')}\n`)
    for (const input of inputs) {
      const { value } = await this.#lines.next()
      const { output } = JSON.parse(value)
      const own = comparable(podwire.session(input))
      if (!isDeepStrictEqual(own, comparable(output))) {
        const answers = `ours   ${JSON.stringify(own)}\ntheirs ${JSON.stringify(output)}`
        throw new FuzzFailure(`two understandings\n${answers}`, input)
      }
    }
    return inputs.reduce((count, { steps }) => count + steps.length, 0)
  }

  close(): void {
    this.#process.kill()
  }
}

/** How many characters stand for bytes that are no UTF-8 is left to the language. */
function comparable(output: unknown): unknown {
  return JSON.parse(JSON.stringify(output).replace(/\ufffd+/g, '\ufffd'))
}
