import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runInTerminal } from '../../../src/testing/local-terminal.ts'

it('is not resized between its end and its exit', async () => {
  const command = { file: '/bin/sh', args: ['-c', 'exit 3'], env: {}, cwd: '/' }
  for (let round = 0; round < 20; round++) {
    const controller = new AbortController()
    const { signal } = controller
    async function* sizes() {
      for (let i = 0; !signal.aborted; i++) {
        yield { columns: 80 + (i % 2), rows: 24 }
        await turn()
      }
    }
    const streams = { stdin: new PassThrough(), stdout: new PassThrough().resume() }
    const server = { ...streams, stderr: new PassThrough(), sizes: sizes(), signal }
    const exitCode = await runInTerminal(
      { command: [], container: 'app', tty: true, ...server },
      command,
    )
    expect(exitCode).toBe(3)
    controller.abort()
  }
})
