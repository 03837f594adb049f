import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Subprotocol } from '../../src/index.ts'
import { ExitError, MaxBufferError, StatusError, TimeoutError } from '../../src/index.ts'
import { subprotocols } from '../../src/protocol/index.ts'
import { firstOutput } from '../support/first-output.ts'
import { rejection } from '../support/rejection.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

let t: TestCluster
beforeAll(async () => {
  t = await testCluster()
})
afterAll(() => t.server.close())

const sh = (script: string) => ['sh', '-c', script]

describe.each(subprotocols)('over %s', (subprotocol: Subprotocol) => {
  it('gives output, error output and exit code', async () => {
    const result = await t.pod.exec(sh('echo out; echo err >&2; exit 7'), { subprotocol })
    expect(result).toMatchObject({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
      verified: false,
      error: null,
      protocol: subprotocol,
    })
  })

  it('knows success', async () => {
    expect(await t.pod.exec(['true'], { subprotocol })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('is safe for every byte', async () => {
    const { stdout } = await t.pod.exec(
      ['node', '-e', 'process.stdout.write(Buffer.from([...Array(256).keys()]))'],
      { subprotocol, encoding: 'buffer' },
    )
    expect([...stdout]).toEqual([...Array(256).keys()])
  })

  it('reports a command that there is not as a StatusError', async () => {
    const error = await rejection(t.pod.exec(['no-such-command'], { subprotocol }))
    expect(error).toBeInstanceOf(StatusError)
    expect(error).toMatchObject({ code: 'ERR_STATUS', exitCode: null, protocol: subprotocol })
    expect(error.message).toContain('executable file not found')
  })
})

describe('exit codes', () => {
  it.each([0, 1, 2, 126, 127, 128, 137, 255])('%i', async (code) => {
    expect((await t.pod.exec(sh(`exit ${code}`))).exitCode).toBe(code)
  })

  it('a signal is 128 and its number', async () => {
    expect((await t.pod.exec(sh('kill -KILL $$'))).exitCode).toBe(137)
  })

  it('check rejects on a non-zero one, with the fields of a result', async () => {
    const error = await rejection(t.pod.exec(sh('echo o; echo e >&2; exit 3'), { check: true }))
    expect(error).toBeInstanceOf(ExitError)
    expect(error).toMatchObject({
      code: 'ERR_EXIT_CODE',
      exitCode: 3,
      stdout: 'o\n',
      stderr: 'e\n',
      status: { status: 'Failure', reason: 'NonZeroExitCode' },
    })
    expect(error.message).not.toContain('echo')
  })

  it('reject: false wins over check', async () => {
    const result = await t.pod.exec(sh('exit 3'), { check: true, reject: false })
    expect(result).toMatchObject({ exitCode: 3, error: null })
  })

  it('reject: false gives null and why, when the command did not run', async () => {
    const result = await t.pod.exec(['no-such-command'], { reject: false })
    expect(result.exitCode).toBeNull()
    expect(result.error).toBeInstanceOf(StatusError)
    expect(result.status).toMatchObject({ status: 'Failure', reason: 'InternalError' })
  })
})

describe('stdin', () => {
  async function* chunks(): AsyncGenerator<string | Uint8Array> {
    yield 'one '
    yield new TextEncoder().encode('two ')
    yield ''
    yield 'three'
  }

  it.each<[string, () => string | Uint8Array | Readable | AsyncIterable<string | Uint8Array>]>([
    ['a string', () => 'one two three'],
    ['bytes', () => new TextEncoder().encode('one two three')],
    ['a Buffer', () => Buffer.from('one two three')],
    ['a Readable', () => Readable.from([Buffer.from('one two '), Buffer.from('three')])],
    ['an async iterable', chunks],
  ])('%s', async (_name, stdin) => {
    const { stdout, protocol } = await t.pod.exec(['cat'], { stdin: stdin() })
    expect(stdout).toBe('one two three')
    expect(protocol).toBe('v5.channel.k8s.io')
  })

  it('empty is opened and ended at once', async () => {
    expect((await t.pod.exec(['wc', '-c'], { stdin: '' })).stdout.trim()).toBe('0')
  })

  it('absent is not opened, and goes over v4', async () => {
    const { stdout, protocol } = await t.pod.exec(['wc', '-c'])
    expect([stdout.trim(), protocol]).toEqual(['0', 'v4.channel.k8s.io'])
  })

  it('a source that fails ends the session and names its cause', async () => {
    const cause = new Error('disk on fire')
    const stdin = (async function* () {
      yield 'a'
      throw cause
    })()
    const error = await rejection(t.pod.exec(['cat'], { stdin }))
    expect(error).toMatchObject({ code: 'ERR_STDIN_SOURCE', cause, exitCode: null })
  })

  it('a source that yields something else ends the session', async () => {
    const stdin = (async function* () {
      yield 7 as unknown as string
    })()
    const error = await rejection(t.pod.exec(['cat'], { stdin }))
    expect(error).toMatchObject({ code: 'ERR_STDIN_SOURCE' })
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  it('an endless source is released when the command has ended', async () => {
    let released = false
    const stdin = (async function* () {
      try {
        for (;;) yield Buffer.alloc(32 * 1024, 'x')
      } finally {
        released = true
      }
    })()
    const { stdout, exitCode } = await t.pod.exec(['head', '-c', '5'], { stdin })
    expect([stdout, exitCode]).toEqual(['xxxxx', 0])
    await expect.poll(() => released).toBe(true)
  })

  it.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('return')
      },
    ],
    ['is no function', 5],
  ])('a source whose return %s is let go all the same', async (_name, returns) => {
    const never = () => new Promise<IteratorResult<string>>(() => {})
    const iterator = { next: never, return: returns } as AsyncIterator<string>
    const stdin = { [Symbol.asyncIterator]: () => iterator }
    expect((await t.pod.exec(sh('exit 4'), { stdin })).exitCode).toBe(4)
  })

  it('a Readable that never ends is destroyed when the command has ended', async () => {
    const stdin = new Readable({ read() {} })
    expect((await t.pod.exec(sh('exit 4'), { stdin })).exitCode).toBe(4)
    expect(stdin.destroyed).toBe(true)
  })
})

describe('output', () => {
  it('UTF-8 is decoded across message borders, and never trimmed', async () => {
    const script = `const b = Buffer.from('\\ufeffä€😀 \\n')
      let i = 0
      const next = () => i < b.length && process.stdout.write(b.subarray(i, ++i), () => setImmediate(next))
      next()`
    t.server.setFault({ kind: 'byte-by-byte' })
    try {
      const { stdout } = await t.pod.exec(['node', '-e', script])
      expect(stdout).toBe('\ufeffä€😀 \n')
    } finally {
      t.server.setFault(null)
    }
  })

  it('is bounded by maxBuffer, and what was collected is there', async () => {
    const error = await rejection(t.pod.exec(sh('printf 1234567890; sleep 60'), { maxBuffer: 4 }))
    expect(error).toBeInstanceOf(MaxBufferError)
    expect(error).toMatchObject({
      code: 'ERR_MAX_BUFFER',
      stdout: '1234',
      stderr: '',
      exitCode: null,
    })
  })

  it('exactly maxBuffer is not too much', async () => {
    expect((await t.pod.exec(['printf', '1234'], { maxBuffer: 4 })).stdout).toBe('1234')
  })

  it('of the wrong stream counts for itself', async () => {
    const error = await rejection(
      t.pod.exec(sh('printf 12345 >&2; sleep 60'), { maxBuffer: 4, encoding: 'buffer' }),
    )
    expect(error.stderr).toEqual(Buffer.from('1234'))
  })
})

describe('signal and timeout', () => {
  it('an abort rejects with its own reason', async () => {
    const reason = { why: 'enough' }
    const controller = new AbortController()
    const running = t.pod.exec(sh('echo started; sleep 60'), { signal: controller.signal })
    await expect.poll(() => t.server.requests.at(-1)?.path).toContain('started')
    controller.abort(reason)
    expect(await rejection<unknown>(running)).toBe(reason)
  })

  it('an abort before the start sends nothing', async () => {
    const before = t.server.requests.length
    const reason = new Error('not now')
    expect(await rejection(t.pod.exec(['true'], { signal: AbortSignal.abort(reason) }))).toBe(
      reason,
    )
    expect(t.server.requests.length).toBe(before)
  })

  it('an abort right behind the call sends nothing either', async () => {
    const before = t.server.requests.length
    const calls = Array.from({ length: 20 }, async (_, turns) => {
      const controller = new AbortController()
      const { signal } = controller
      const call =
        turns % 2 === 0 ? t.pod.exec(['true'], { signal }) : t.pod.logs({ signal }).stream.toArray()
      const error = rejection<unknown>(call)
      for (let i = 0; i < turns / 2; i++) await null
      controller.abort(turns)
      return error
    })
    expect(await Promise.all(calls)).toEqual(calls.map((_, turns) => turns))
    expect(t.server.requests.length).toBe(before)
  })

  it('an abort with reject: false shows what there was', async () => {
    const controller = new AbortController()
    const stdin = (async function* () {
      yield 'so far'
      await new Promise(() => {})
    })()
    const { trace, output } = firstOutput()
    const options = { signal: controller.signal, reject: false, stdin, trace } as const
    const running = t.pod.exec(['cat'], options)
    await output
    controller.abort()
    const result = await running
    expect(result).toMatchObject({ exitCode: null, stdout: 'so far', status: null })
    expect(result.error?.name).toBe('AbortError')
  })

  it('timeout is a TimeoutError with what there was', async () => {
    const error = await rejection(t.pod.exec(sh('echo begun; sleep 60'), { timeout: 1_000 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT', stdout: 'begun\n', exitCode: null })
  })

  it('timeout covers the handshake', async () => {
    t.server.setFault({ kind: 'no-answer' })
    try {
      const options = { timeout: 100, onAbort: 'kill' } as const
      expect(await rejection(t.pod.exec(['true'], options))).toMatchObject({
        code: 'ERR_TIMEOUT',
        message: 'the session did not open within 100 ms',
      })
    } finally {
      t.server.setFault(null)
    }
  })
})

it('runs two hundred sessions at once', async () => {
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, i) => t.pod.exec(sh(`echo ${i}; exit ${i % 100}`))),
  )
  results.forEach(({ stdout, exitCode }, i) => {
    expect([stdout, exitCode]).toEqual([`${i}\n`, i % 100])
  })
})

describe('what the caller changes behind the call is not part of it', () => {
  it('of exec', async () => {
    const command = ['sh', '-c', 'echo "$A"; exit 3']
    const env = { A: '1' }
    const options: { env: typeof env; check?: boolean; maxBuffer?: number } = { env }
    const promise = t.pod.exec(command, options)
    command[0] = 'false'
    env.A = '2'
    options.check = true
    options.maxBuffer = 0
    expect(await promise).toMatchObject({ exitCode: 3, stdout: '1\n' })
  })

  it('of spawn', async () => {
    const command = ['sh', '-c', 'sleep 0.5; stty size']
    const tty = { columns: 91, rows: 23 }
    const options = { tty, stdin: false }
    const promise = t.pod.spawn(command, options)
    command[2] = 'false'
    tty.columns = 0
    options.stdin = true
    const remote = await promise
    expect([remote.stdin, await text(remote.stdout as Readable)]).toEqual([null, '23 91\r\n'])
    expect((await remote.exit).exitCode).toBe(0)
  })
})

it('one signal is good for many calls, without a warning', async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error) => warnings.push(warning.name)
  process.on('warning', onWarning)
  const controller = new AbortController()
  const { signal } = controller
  const calls = Array.from({ length: 12 }, async (_, index) => {
    if (index % 2 === 0) return t.pod.exec(['sleep', '60'], { signal })
    return (await t.pod.spawn(['sleep', '60'], { signal })).exit
  })
  const ends = Promise.allSettled(calls)
  await expect.poll(() => t.server.connections).toBe(12)
  controller.abort('enough')
  expect(await ends).toEqual(calls.map(() => ({ status: 'rejected', reason: 'enough' })))
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(warnings).toEqual([])
  process.off('warning', onWarning)
})
