import { once } from 'node:events'
import type { IPty } from '@lydell/node-pty'
import { spawn } from '@lydell/node-pty'
import type { ProcessHandler } from '../../src/testing/index.ts'

/** A container's own process, on a terminal: started by the first attach, it goes on without anybody attached. */
export class MainProcess {
  readonly #argv: readonly [string, ...string[]]
  #terminal: IPty | undefined

  constructor(...argv: [string, ...string[]]) {
    this.#argv = argv
  }

  readonly attach: ProcessHandler = async ({ stdin, stdout, sizes, signal }) => {
    const [file, ...args] = this.#argv
    this.#terminal ??= spawn(file, args, { encoding: null })
    const terminal = this.#terminal
    const output = terminal.onData((data) => stdout.write(data))
    // The declarations hide that bytes are taken, too.
    stdin.on('data', (data: Buffer) => terminal.write(data as unknown as string))
    void (async () => {
      for await (const { columns, rows } of sizes) terminal.resize(columns, rows)
    })()
    const left = once(signal, 'abort')
    await Promise.race([left, new Promise<void>((resolve) => terminal.onExit(() => resolve()))])
    output.dispose()
  }

  end(): void {
    this.#terminal?.kill('SIGKILL')
  }
}
