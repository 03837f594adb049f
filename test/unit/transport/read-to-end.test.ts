import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { readToEnd } from '../../../src/transport/read-to-end.ts'

/** Says its last words and closes without having read, which makes TCP answer with a reset. */
const server = `
  const server = require('node:net').createServer((socket) => {
    socket.pause()
    socket.on('error', () => {})
    socket.write('last words', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

/** What a client reads that is busy until the reset has come, and then writes before it reads. */
async function readAfterFailedWrite(prepare: (socket: Socket) => void): Promise<string> {
  const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(child.stdout, 'data')
    const socket = connect(Number(String(port)), '127.0.0.1')
    prepare(socket)
    let received = ''
    socket.setEncoding('utf8').on('data', (text) => {
      received += text
    })
    socket.on('error', () => {})
    socket.on('connect', () => {
      socket.write('unread')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      socket.write('too late')
    })
    await new Promise((resolve) => socket.once('close', resolve))
    return received
  } finally {
    child.kill()
  }
}

it('what was received before a reset is read although a write fails first', async () => {
  const failures: Error[] = []
  const received = await readAfterFailedWrite((socket) => {
    readToEnd(socket, (error) => failures.push(error))
  })
  expect(received).toBe('last words')
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatchObject({ syscall: 'write' })
})

it('which Node alone throws away', async () => {
  expect(await readAfterFailedWrite(() => {})).toBe('')
})
