import { constants } from 'node:buffer'
import { createCipheriv, createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { testCluster } from '../support/test-cluster.ts'

const size = 256 * 1024 * 1024

/** Bytes that look random, the same ones for the same seed, and fast. */
function* noise(seed: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16))
  const zeros = Buffer.alloc(64 * 1024)
  for (let sent = 0; sent < size; sent += zeros.length) yield cipher.update(zeros)
}

function digestOfNoise(seed: number): string {
  const hash = createHash('sha256')
  for (const chunk of noise(seed)) hash.update(chunk)
  return hash.digest('hex')
}

it.each([1, 2])('256 MiB of noise go both ways unharmed (seed %i)', async (seed) => {
  await using t = await testCluster()
  const remote = await t.pod.spawn(['cat'], { stdin: true })
  const received = createHash('sha256')
  await Promise.all([
    pipeline(Readable.from(noise(seed)), remote.stdin as Writable),
    pipeline(remote.stdout as Readable, received),
  ])
  expect((await remote.exit).exitCode).toBe(0)
  expect(received.digest('hex')).toBe(digestOfNoise(seed))
})

it('text that fits in no string is a MaxBufferError, whatever was allowed', async () => {
  await using t = await testCluster()
  const command = ['head', '-c', '540000000', '/dev/zero']
  const error = await t.pod.exec(command, { maxBuffer: Infinity }).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'ERR_MAX_BUFFER', exitCode: null })
  expect(error.stdout.length).toBe(constants.MAX_STRING_LENGTH)
})

it('exec collects 256 MiB and stops one byte later', async () => {
  await using t = await testCluster()
  const command = (bytes: number) => ['head', '-c', String(bytes), '/dev/zero']
  const { stdout } = await t.pod.exec(command(size), { encoding: 'buffer', maxBuffer: size })
  expect(stdout.length).toBe(size)
  await expect(
    t.pod.exec(command(size + 1), { encoding: 'buffer', maxBuffer: size }),
  ).rejects.toMatchObject({ code: 'ERR_MAX_BUFFER', exitCode: null })
})
