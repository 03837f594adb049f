import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorities } from '../../../src/transport/authorities.ts'
import { pem } from '../kubeconfig/pems.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
})
afterAll(() => rm(folder, { recursive: true }))

const unusable = (problem: string) => ({
  name: 'ConnectionError',
  code: 'ERR_TLS',
  message: expect.stringMatching(`^the certificate authority cannot be used: .*/ca ${problem}`),
})

function failure(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

test('without a file they are those that are given', () => {
  expect(authorities({ ca: 'x' })).toBe('x')
  expect(authorities({})).toBeUndefined()
})

test('a file is read again once it has changed, and only then', async () => {
  const caFile = join(folder, 'ca')
  const tls = { ca: 'what it held when it was loaded', caFile }
  await writeFile(caFile, pem('ca.pem'))
  const first = authorities(tls)
  expect(first).toBe(pem('ca.pem'))
  expect(authorities(tls)).toBe(first)
  // As the kubelet does it: of the same size, and at once.
  await writeFile(`${caFile}.new`, pem('client.pem'))
  await rename(`${caFile}.new`, caFile)
  expect(authorities(tls)).toBe(pem('client.pem'))
})

test('a device is not read', () => {
  expect(failure(() => authorities({ caFile: '/dev/tty' }))).toMatchObject({
    code: 'ERR_TLS',
    message: 'the certificate authority cannot be used: /dev/tty is no file',
  })
})

test('a file that cannot be used is named', async () => {
  const caFile = join(folder, 'ca')
  const tls = { caFile }
  await writeFile(caFile, pem('ca.pem'))
  authorities(tls)
  await writeFile(caFile, 'PRIVATE')
  expect(failure(() => authorities(tls))).toMatchObject(unusable('is not PEM; it must hold'))
  await writeFile(caFile, Buffer.alloc(5 * 1024 * 1024))
  expect(failure(() => authorities(tls))).toMatchObject(unusable('is larger than 4194304 bytes$'))
  await rm(caFile)
  expect(failure(() => authorities(tls))).toMatchObject(unusable('does not exist$'))
  await writeFile(caFile, pem('ca.pem'))
  expect(authorities(tls)).toBe(pem('ca.pem'))
})
