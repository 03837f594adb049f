import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { folder } from './vectors.ts'

const source = resolve(import.meta.dirname, 'second')
const cache = resolve(import.meta.dirname, '../../node_modules/.cache/vectors')

/** Builds the second implementation, which takes a second, or less when nothing has changed; its path. */
export async function buildSecond(): Promise<string> {
  // Go's own cache decides what is to be done, and a process of each caller's own writes the result.
  const path = resolve(cache, `second-${process.pid}${process.platform === 'win32' ? '.exe' : ''}`)
  await mkdir(cache, { recursive: true })
  const options = ['-buildvcs=false', '-ldflags=-s -w']
  await promisify(execFile)('go', ['build', ...options, '-o', path, '.'], { cwd: source })
  return path
}

/** The second implementation as a process that answers one question after the other. */
export class Second implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #waiting: ((line: string) => void)[] = []
  readonly #ended: Promise<void>

  constructor(path: string) {
    this.#process = spawn(path, ['-serve', folder], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#ended = once(this.#process, 'exit').then(() => {
      for (const answer of this.#waiting.splice(0)) answer('{"problem":"it has ended"}')
    })
    // The reason is told by the exit.
    this.#process.stdin?.on('error', () => {})
    const lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => this.#waiting.shift()?.(line))
  }

  /** Many questions may be asked at once. @throws {Error} it cannot answer */
  async ask(kind: string, input: object): Promise<unknown> {
    const answer = new Promise<string>((answered) => this.#waiting.push(answered))
    this.#process.stdin?.write(`${JSON.stringify({ id: null, kind, input })}\n`)
    const { output, problem } = JSON.parse(await answer)
    if (problem !== undefined) throw new Error(`the second implementation: ${problem}`)
    return output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin?.end()
    await this.#ended
  }
}
