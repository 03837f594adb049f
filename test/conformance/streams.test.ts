import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { ConformanceServer } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
let folder: string
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
  folder = await mkdtemp(join(tmpdir(), 'podwire-streams-'))
}, buildTimeout)
afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true })
})

const sh = (script: string) => ['sh', '-c', script]
const mebibyte = 1024 * 1024

/** So many chunks of 64 KiB, each different from the others. */
function* numbered(chunks: number): Generator<Buffer> {
  for (let i = 0; i < chunks; i++) yield Buffer.alloc(65_536, `chunk ${i} `)
}

function digest(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

describe.skipIf(missing !== null).each(generations)(`/%s (${because})`, (generation) => {
  let pod: Pod
  beforeAll(async () => {
    pod = (await connect(server.config(generation))).pod('solo-0')
  })

  it('a slow reader gets every byte, and holds the command back until then', async () => {
    const done = join(folder, `read-${generation}`)
    // Every hop's kernel takes some megabytes on its own account.
    const remote = await pod.spawn(sh(`head -c ${128 * mebibyte} /dev/zero; touch ${done}`))
    await sleep(500)
    expect(existsSync(done)).toBe(false)
    let length = 0
    const slow = new Writable({
      write(chunk: Buffer, _encoding, callback) {
        length += chunk.length
        if (length % 16 === 0) setImmediate(callback)
        else callback()
      },
    })
    await pipeline(remote.stdout as Readable, slow)
    expect(length).toBe(128 * mebibyte)
    expect((await remote.exit).exitCode).toBe(0)
    expect(existsSync(done)).toBe(true)
  })

  it('an unread stderr does not stop stdout up to its slack, and exit waits for neither', async () => {
    const remote = await pod.spawn(sh('head -c 500000 /dev/zero >&2; printf done; exit 3'))
    expect(await text(remote.stdout as Readable)).toBe('done')
    expect((await remote.exit).exitCode).toBe(3)
  })

  // The end of stdin cannot be told before v5.
  it.skipIf(generation === 'l')('a slow sink gets every byte of stdin (needs v5)', async () => {
    const remote = await pod.spawn(sh('sleep 1; sha256sum'), { stdin: true })
    const source = Readable.from(numbered(256))
    await pipeline(source, remote.stdin as Writable)
    const output = await text(remote.stdout as Readable)
    expect((await remote.exit).exitCode).toBe(0)
    expect(output.split(' ')[0]).toBe(digest(numbered(256)))
  })

  // P-4.8
  it('unread stdin is held back within its window', async () => {
    const remote = await pod.spawn(sh('sleep 60'), { stdin: true, stdinWindow: 256 * 1024 })
    let read = 0
    const source = Readable.from(
      (function* () {
        for (;;) {
          read += 65_536
          yield Buffer.alloc(65_536)
        }
      })(),
    )
    source.pipe(remote.stdin as Writable)
    await expect.poll(() => read).toBeGreaterThan(256 * 1024)
    await sleep(300)
    const reached = read
    await sleep(300)
    // The hops behind take some megabytes before they stop answering; what matters is that it stops.
    expect(read).toBeLessThan(64 * mebibyte)
    if (generation === 'l') expect(read).toBe(reached)
    source.destroy()
    await remote.close()
  })

  it('32 MiB go both ways at once', async () => {
    // The end cannot be told on the oldest generation: there the command counts.
    const command = generation === 'l' ? ['head', '-c', String(32 * mebibyte)] : ['cat']
    const remote = await pod.spawn(command, { stdin: true })
    const received = createHash('sha256')
    const source = Readable.from(numbered(512))
    source.pipe(remote.stdin as Writable, { end: generation !== 'l' })
    await pipeline(remote.stdout as Readable, received)
    expect((await remote.exit).exitCode).toBe(0)
    expect(received.digest('hex')).toBe(digest(numbered(512)))
  })

  it('two hundred sessions at once keep their output apart', async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) => pod.exec(sh(`echo ${i}; echo ${-i} >&2; exit ${i}`))),
    )
    for (const [i, { exitCode, stdout, stderr }] of results.entries()) {
      expect([exitCode, stdout, stderr]).toEqual([i, `${i}\n`, `${-i}\n`])
    }
  })
})
