import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConnectionLostError } from '../../src/index.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

let t: TestCluster
beforeAll(async () => {
  t = await testCluster()
})
afterAll(() => t.server.close())

const sh = (script: string) => ['sh', '-c', script]
const mebibyte = 1024 * 1024

describe('streams', () => {
  it('are there when they were asked for', async () => {
    const all = await t.pod.spawn(['cat'], { stdin: true })
    expect([all.stdin, all.stdout, all.stderr].map((stream) => stream !== null)).toEqual([
      true,
      true,
      true,
    ])
    all.stdin?.end('x')
    expect(await text(all.stdout as Readable)).toBe('x')
    expect(await all.exit).toMatchObject({ exitCode: 0, verified: false })

    const out = await t.pod.spawn(['true'], { stderr: false })
    expect([out.stdin, out.stderr]).toEqual([null, null])
    await out.exit
    expect(t.server.requests.at(-1)?.path).toContain('stderr=false')
  })

  it('end before or with exit, each with its own bytes', async () => {
    const remote = await t.pod.spawn(sh('echo out; echo err >&2; exit 3'))
    const [stdout, stderr, { exitCode }] = await Promise.all([
      text(remote.stdout as Readable),
      text(remote.stderr as Readable),
      remote.exit,
    ])
    expect([stdout, stderr, exitCode]).toEqual(['out\n', 'err\n', 3])
  })

  it('can be read after exit', async () => {
    const remote = await t.pod.spawn(sh('printf 12345'))
    await remote.exit
    expect(await text(remote.stdout as Readable)).toBe('12345')
  })

  it('an unread stderr does not stop stdout, up to its slack', async () => {
    const remote = await t.pod.spawn(
      sh('head -c 500000 /dev/zero >&2; head -c 3000000 /dev/zero; exit 2'),
    )
    let length = 0
    for await (const chunk of remote.stdout as Readable) length += chunk.length
    expect(length).toBe(3_000_000)
    expect((await remote.exit).exitCode).toBe(2)
  })

  it.each(['resume', 'destroy', 'read'] as const)(
    'over its slack %s releases exit',
    async (how) => {
      const remote = await t.pod.spawn(sh(`head -c ${4 * mebibyte} /dev/zero; exit 5`))
      const { stdout } = remote
      let settled = false
      void remote.exit.then(() => {
        settled = true
      })
      await expect.poll(() => stdout?.readableLength).toBe(0)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(settled).toBe(false)
      if (how === 'resume') stdout?.resume()
      else if (how === 'destroy') stdout?.destroy()
      else expect((await text(stdout as Readable)).length).toBe(4 * mebibyte)
      expect((await remote.exit).exitCode).toBe(5)
    },
  )

  it('carry large data both ways unharmed', async () => {
    const size = 32 * mebibyte
    const remote = await t.pod.spawn(['cat'], { stdin: true })
    const sent = createHash('sha256')
    const received = createHash('sha256')
    const source = Readable.from(
      (function* () {
        for (let i = 0; i < size / 65536; i++) {
          const chunk = Buffer.alloc(65536, `${i} `)
          sent.update(chunk)
          yield chunk
        }
      })(),
    )
    await Promise.all([
      pipeline(source, remote.stdin as Writable),
      pipeline(remote.stdout as Readable, received),
    ])
    expect((await remote.exit).exitCode).toBe(0)
    expect(received.digest('hex')).toBe(sent.digest('hex'))
    expect(remote.stdinAcknowledged).toBeGreaterThan(size - mebibyte)
  })

  it('nobody reads: the command is held back', async () => {
    const done = join(await mkdtemp(join(tmpdir(), 'podwire-')), 'done')
    const remote = await t.pod.spawn(sh(`head -c ${32 * mebibyte} /dev/zero; touch ${done}`))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(existsSync(done)).toBe(false)
    remote.stdout?.resume()
    expect((await remote.exit).exitCode).toBe(0)
    expect(existsSync(done)).toBe(true)
  })
})

describe('stdin', () => {
  it('falls back to v4 where there is no v5, and says that it cannot end', async () => {
    await using old = await testCluster({ generation: 'runtime' })
    const remote = await old.pod.spawn(['head', '-c', '3'], { stdin: true })
    expect([remote.protocol, remote.canEndStdin]).toEqual(['v4.channel.k8s.io', false])
    remote.stdin?.write('abcdef')
    expect(await text(remote.stdout as Readable)).toBe('abc')
    expect((await remote.exit).exitCode).toBe(0)
  })

  it('ending it there is an error of stdin, not of the session', async () => {
    await using old = await testCluster({ generation: 'runtime' })
    const remote = await old.pod.spawn(sh('read line; echo "$line"; exit 3'), { stdin: true })
    const failed = new Promise((resolve) => remote.stdin?.once('error', resolve))
    remote.stdin?.end('word\n')
    expect(await failed).toMatchObject({ code: 'ERR_STDIN_CANNOT_END' })
    expect(await text(remote.stdout as Readable)).toBe('word\n')
    expect((await remote.exit).exitCode).toBe(3)
  })

  it('of exec is refused there before the command runs', async () => {
    await using old = await testCluster({ generation: 'runtime' })
    await expect(old.pod.exec(['cat'], { stdin: 'x' })).rejects.toMatchObject({
      code: 'ERR_SUBPROTOCOL',
      httpStatus: 403,
      hint: expect.stringContaining('1.29'),
    })
  })

  it('given up by its writer ends the session, so that no command waits for the rest', async () => {
    const remote = await t.pod.spawn(['cat'], { stdin: true })
    remote.stdout?.resume()
    const cause = new Error('the source broke')
    const source = Readable.from(
      (async function* () {
        yield 'a'
        throw cause
      })(),
    )
    await expect(pipeline(source, remote.stdin as Writable)).rejects.toBe(cause)
    await expect(remote.exit).rejects.toMatchObject({ code: 'ERR_STDIN_SOURCE', cause })
  })

  it('destroyed without an error ends, as the pipe of a child process does', async () => {
    const remote = await t.pod.spawn(['cat'], { stdin: true })
    remote.stdout?.resume()
    remote.stdin?.destroy()
    expect((await remote.exit).exitCode).toBe(0)
  })

  it('given up behind its source’s end ends the session, too, while some of it is not sent', async () => {
    const remote = await t.pod.spawn(['sleep', '5'], { stdin: true })
    remote.stdout?.resume()
    const controller = new AbortController()
    const source = Readable.from([Buffer.alloc(8 * 1024 * 1024)])
    const written = pipeline(source, remote.stdin as Writable, { signal: controller.signal })
    await expect.poll(() => remote.stdin?.writableEnded).toBe(true)
    controller.abort()
    await expect(written).rejects.toMatchObject({ name: 'AbortError' })
    await expect(remote.exit).rejects.toMatchObject({ code: 'ERR_STDIN_SOURCE' })
  })

  it('is released when the command has ended, without an error event', async () => {
    const remote = await t.pod.spawn(['head', '-c', '1'], { stdin: true })
    const errors: unknown[] = []
    remote.stdin?.on('error', (error) => errors.push(error))
    const source = new Readable({
      read() {
        this.push(Buffer.alloc(65536))
      },
    })
    source.pipe(remote.stdin as Writable)
    remote.stdout?.resume()
    expect((await remote.exit).exitCode).toBe(0)
    await expect.poll(() => remote.stdin?.destroyed).toBe(true)
    expect(errors).toEqual([])
    source.destroy()
  })
})

describe('end from this side', () => {
  it('close() rejects exit, destroys the streams and leaves no connection', async () => {
    const remote = await t.pod.spawn(['sleep', '60'], { stdin: true })
    await remote.close()
    await expect(remote.exit).rejects.toBeInstanceOf(ConnectionLostError)
    await expect(remote.exit).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED', closeCode: 1000 })
    expect(remote.stdout?.destroyed).toBe(true)
    await expect.poll(() => t.server.connections).toBe(0)
  })

  it('close() after the end changes nothing', async () => {
    const remote = await t.pod.spawn(sh('exit 9'))
    expect((await remote.exit).exitCode).toBe(9)
    await remote.close()
    expect((await remote.exit).exitCode).toBe(9)
  })

  it('a signal rejects exit with its reason and fails a pipeline', async () => {
    const controller = new AbortController()
    const remote = await t.pod.spawn(sh('echo begun; sleep 60'), { signal: controller.signal })
    const reason = new Error('enough')
    const sink = new Writable({
      write(_chunk, _encoding, callback) {
        controller.abort(reason)
        callback()
      },
    })
    await expect(pipeline(remote.stdout as Readable, sink)).rejects.toBe(reason)
    await expect(remote.exit).rejects.toBe(reason)
  })

  it('close() releases a session that nobody reads', async () => {
    const remote = await t.pod.spawn(sh(`head -c ${8 * mebibyte} /dev/zero; sleep 60`))
    await remote.close()
    await expect(remote.exit).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('a consumer that destroys stdout loses only its own bytes', async () => {
    const remote = await t.pod.spawn(sh(`head -c ${8 * mebibyte} /dev/zero; echo done >&2; exit 6`))
    remote.stdout?.destroy()
    expect(await text(remote.stderr as Readable)).toBe('done\n')
    expect((await remote.exit).exitCode).toBe(6)
  })
})
