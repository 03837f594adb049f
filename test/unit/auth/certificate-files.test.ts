import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { withCertificateFiles } from '../../../src/auth/certificate-files.ts'
import type { Credential } from '../../../src/auth/credential.ts'
import { credentialSource } from '../../../src/auth/credential-source.ts'
import { createCertificateAuthority } from '../../../src/testing/certificate.ts'
import type { Scratch } from './plugins.ts'
import { scratch } from './plugins.ts'

const authority = createCertificateAuthority()

async function writePair(made: Scratch, name: string) {
  const pair = authority.issueClientCertificate(name)
  await writeFile(made.file('cert'), pair.cert)
  await writeFile(made.file('key'), pair.key)
  return pair
}

const filesIn = (made: Scratch) => ({ certFile: made.file('cert'), keyFile: made.file('key') })

test('the files are read for each credential', async () => {
  await using made = await scratch()
  const source = credentialSource({ token: 't', ...filesIn(made) })
  for (const name of ['a', 'b']) {
    const { cert, key } = await writePair(made, name)
    const headers = { Authorization: 'Bearer t' }
    expect(await source.credential()).toEqual({ headers, cert, key })
  }
})

test('the certificate may be all there is', async () => {
  await using made = await scratch()
  const { cert, key } = await writePair(made, 'a')
  const source = credentialSource(filesIn(made))
  expect(source.refreshable).toBe(false)
  expect(await source.credential()).toEqual({ cert, key })
})

test('between writing the one and the other the last good pair stays in use', async () => {
  await using made = await scratch()
  const { cert, key } = await writePair(made, 'a')
  const source = credentialSource(filesIn(made))
  await source.credential()
  await writeFile(made.file('cert'), authority.issueClientCertificate('b').cert)
  expect(await source.credential()).toEqual({ cert, key })
  await writeFile(made.file('key'), '')
  expect(await source.credential()).toEqual({ cert, key })
})

test('files that were never good are refused, and not shown', async () => {
  await using made = await scratch()
  const source = credentialSource(filesIn(made))
  await expect(source.credential()).rejects.toThrow(`${made.file('cert')} does not exist`)
  await writePair(made, 'a')
  await writeFile(made.file('key'), 's3cret')
  const error = await source.credential().catch((e: Error) => e)
  expect(error).toMatchObject({ code: 'ERR_CREDENTIALS_UNAVAILABLE' })
  expect(String(error)).toContain(`${made.file('key')} holds no PEM private key`)
  expect(inspect(error, { depth: 20 })).not.toContain('s3cret')
})

test('the source below is told which of its credentials was rejected', async () => {
  await using made = await scratch()
  await writePair(made, 'a')
  const asked: unknown[] = []
  const inner: Credential = { headers: { A: 'b' } }
  const below = {
    refreshable: true,
    credential: async (...args: unknown[]) => {
      asked.push(args)
      return inner
    },
  }
  const source = withCertificateFiles(below, filesIn(made))
  const { signal } = new AbortController()
  await source.credential(await source.credential(), signal)
  expect(asked).toEqual([
    [undefined, undefined],
    [inner, signal],
  ])
})

test('neither the key nor the token is printed', async () => {
  await using made = await scratch()
  await writePair(made, 'a')
  const credential = await credentialSource({ token: 's3cret', ...filesIn(made) }).credential()
  expect(inspect(credential) + JSON.stringify(credential)).not.toMatch(/s3cret|PRIVATE KEY/)
})
