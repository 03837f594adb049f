import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { reset } from '../../../src/testing/reset.ts'

const server = createServer({ allowHalfOpen: true })

afterEach(() => void server.close())

/** One end of a connection, and the code of what the other one fails with; `null`: it ends in order. */
async function connection(): Promise<{ near: Socket; failure: Promise<string | null> }> {
  server.listen(0, '127.0.0.1')
  const accepted = once(server, 'connection')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(far, 'connect')
  const failure = new Promise<string | null>((resolve) => {
    far.on('error', ({ code }: NodeJS.ErrnoException) => resolve(`${code}`))
    far.on('end', () => far.end())
    far.on('close', () => resolve(null))
  })
  const [near] = (await accepted) as [Socket]
  return { near, failure }
}

it('resets', async () => {
  const { near, failure } = await connection()
  reset(near)
  await once(near, 'close')
  expect(await failure).toBe('ECONNRESET')
})

it('closes one whose end is just on its way out', async () => {
  const { near, failure } = await connection()
  near.end()
  process.nextTick(() => reset(near))
  await once(near, 'close')
  expect(await failure).toBe(null)
})
