import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { TerminalSize } from '../../../src/protocol/index.ts'
import { runInTerminal } from '../../../src/testing/local-terminal.ts'

it('is read to its end, however late', async () => {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      // node-pty gives up after 200.
      void sleep(400).then(() => done())
    },
  })
  const script = 'stty -opost; head -c 9000 /dev/zero | tr "\\0" x; exit 3'
  const { signal } = new AbortController()
  const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() }
  const exitCode = await runInTerminal(
    { command: [], container: 'app', tty: true, ...streams, sizes: noSizes(), signal },
    { file: '/bin/sh', args: ['-c', script], env: process.env, cwd: '/' },
  )
  expect(exitCode).toBe(3)
  await once(stdout.end(), 'finish')
  expect(Buffer.concat(chunks).toString()).toBe('x'.repeat(9_000))
})

async function* noSizes(): AsyncGenerator<TerminalSize> {}

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
