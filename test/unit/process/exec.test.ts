import { getEventListeners, once } from 'node:events'
import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Wrapped } from '../../../src/process/command-signals.ts'
import { CommandSignals } from '../../../src/process/command-signals.ts'
import { collectExec } from '../../../src/process/exec.ts'
import type { Opener } from '../../../src/process/open-process.ts'
import type { ExecOptions } from '../../../src/process/options.ts'
import { Wrapper } from '../../../src/process/wrapper.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const defaults = { heartbeat: false, outputSlack: 8, stdinWindow: 50 } as const

/** Runs an exec against a server that is the test. */
function run(options: ExecOptions = {}, wrapped: Wrapped | null = null) {
  const socket = new FakeSocket()
  const open: Opener = async (accept) => {
    const session = accept(socket)
    socket.listen(session)
    return session
  }
  const result = collectExec(open, options, defaults, wrapped)
  result.catch(() => {})
  return { socket, result }
}

const failed = (result: Promise<unknown>) =>
  result.then(
    () => {
      throw new Error('resolved')
    },
    (error) => error,
  )

describe('the result', () => {
  it('has everything there is to know', async () => {
    const { socket, result } = run()
    socket.output(1, 'out')
    socket.output(2, 'err')
    socket.exit(3)
    socket.end()
    expect(await result).toMatchObject({
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
      status: { reason: 'NonZeroExitCode' },
      verified: false,
      error: null,
      protocol: 'v5.channel.k8s.io',
    })
  })

  it('has output that comes behind the status', async () => {
    const { socket, result } = run({ encoding: 'buffer' })
    socket.exit(0)
    socket.output(1, 'late')
    socket.end()
    expect(await result).toMatchObject({ exitCode: 0, stdout: Buffer.from('late') })
  })
})

describe('check and reject', () => {
  const exits = (exitCode: number, options: ExecOptions) => {
    const { socket, result } = run(options)
    socket.output(1, 'out')
    socket.exit(exitCode)
    socket.end()
    return result
  }

  it('check rejects with the fields of the result, and does not repeat the status', async () => {
    const error = await failed(exits(2, { check: true }))
    expect(error).toMatchObject({
      name: 'ExitError',
      code: 'ERR_EXIT_CODE',
      message: 'the command ended with exit code 2',
      exitCode: 2,
      stdout: 'out',
      status: { status: 'Failure' },
    })
  })

  it('check lets 0 pass', async () => {
    expect((await exits(0, { check: true })).exitCode).toBe(0)
  })

  it('reject: false wins over check', async () => {
    expect(await exits(2, { check: true, reject: false })).toMatchObject({
      exitCode: 2,
      error: null,
    })
  })

  it('reject: false tells an unknown end with null and why', async () => {
    const { socket, result } = run({ reject: false })
    socket.output(1, 'part')
    socket.die()
    expect(await result).toMatchObject({
      exitCode: null,
      stdout: 'part',
      status: null,
      error: { code: 'ERR_CONNECTION_LOST' },
    })
  })

  it('reject: false tells a failure of the server with its status', async () => {
    const { socket, result } = run({ reject: false })
    socket.status({ status: 'Failure', message: 'no' })
    socket.end()
    expect(await result).toMatchObject({
      exitCode: null,
      status: { message: 'no' },
      error: { code: 'ERR_STATUS' },
    })
  })
})

describe('maxBuffer', () => {
  it('ends the session with what was collected', async () => {
    const { socket, result } = run({ maxBuffer: 4 })
    socket.output(2, 'e')
    socket.output(1, '12345')
    expect(socket.closes).toBe(1)
    expect(await failed(result)).toMatchObject({
      name: 'MaxBufferError',
      message: expect.stringContaining('stdout is over 4 bytes'),
      exitCode: null,
      stdout: '1234',
      stderr: 'e',
    })
  })

  it('exceeded behind the status is no success either, but the exit code is known', async () => {
    const { socket, result } = run({ maxBuffer: 4 })
    socket.exit(0)
    socket.output(1, '12345')
    socket.end()
    expect(await failed(result)).toMatchObject({
      code: 'ERR_MAX_BUFFER',
      exitCode: 0,
      stdout: '1234',
      status: { status: 'Success' },
    })
  })
})

describe('timeout', () => {
  it('rejects with what there was', async () => {
    const { socket, result } = run({ timeout: 100 })
    socket.output(1, 'so far')
    await vi.advanceTimersByTimeAsync(100)
    expect(await failed(result)).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('within 100 ms'),
      stdout: 'so far',
      exitCode: null,
    })
    expect(socket.closes).toBe(1)
  })

  it('between the status and the end of the connection loses nothing', async () => {
    const { socket, result } = run({ timeout: 100 })
    socket.exit(6)
    await vi.advanceTimersByTimeAsync(100)
    socket.output(1, 'late')
    socket.end()
    expect(await result).toMatchObject({ exitCode: 6, stdout: 'late', error: null })
  })

  it('behind the status does not wait for output without end, and knows the exit code', async () => {
    const { socket, result } = run({ timeout: 100 })
    socket.exit(6)
    for (let i = 0; i < 40; i += 1) {
      socket.output(1, '.')
      await vi.advanceTimersByTimeAsync(100)
    }
    const error = await failed(result)
    expect(error).toMatchObject({
      name: 'TimeoutError',
      exitCode: 6,
      status: { status: 'Failure' },
    })
    expect(error.message).toBe("the command's output did not end within 100 ms")
    expect(error.stdout).toMatch(/^\.{20,30}$/)
  })

  it('behind the marker is the end of the session, not of the result', async () => {
    const wrapper = new Wrapper(['x'], { stdin: false, stdout: true, stderr: true, tty: false })
    const signals = new CommandSignals(wrapper, async () => 0)
    const { socket, result } = run({ timeout: 100 }, { wrapper, signals })
    const report = `${wrapper.marker.bytes.toString('latin1')}:3:\n`
    socket.output(1, `all${report}`)
    socket.output(2, report)
    for (let i = 0; i < 40; i += 1) {
      socket.output(1, '.')
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(await result).toMatchObject({ exitCode: 3, verified: true, error: null })
    expect((await result).stdout).toMatch(/^all\.{1,2}$/)
  })

  it.each([true, false])(
    'with onAbort has what came until the end (reject: %s)',
    async (reject) => {
      const wrapper = new Wrapper(['x'], { stdin: false, stdout: true, stderr: true, tty: false })
      const report = `${wrapper.marker.bytes.toString('latin1')}:143:\n`
      const signals = new CommandSignals(wrapper, async () => {
        socket.output(1, `last words${report}`)
        socket.output(2, report)
        socket.exit(143)
        socket.end()
        return 0
      })
      const options = { timeout: 100, onAbort: 'terminate', reject } as const
      const { socket, result } = run(options, { wrapper, signals })
      socket.output(1, 'first and ')
      await vi.advanceTimersByTimeAsync(100)
      const end = reject ? await failed(result) : await result
      const known = { exitCode: 143, verified: true, stdout: 'first and last words' }
      expect(end).toMatchObject(known)
      expect(end.error).toMatchObject({
        ...known,
        name: 'TimeoutError',
        status: { status: 'Failure' },
      })
    },
  )

  it('leaves no timer when the session does not open', async () => {
    const reason = new Error('refused')
    const open: Opener = () => Promise.reject(reason)
    await expect(collectExec(open, { timeout: 100 }, defaults)).rejects.toBe(reason)
  })
})

describe('signal', () => {
  it('rejects with its reason and is let go of', async () => {
    const controller = new AbortController()
    const { socket, result } = run({ signal: controller.signal })
    await Promise.resolve()
    controller.abort('enough')
    expect(await failed(result)).toBe('enough')
    expect(socket.closes).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('that was aborted before opens nothing', async () => {
    let opened = 0
    const open: Opener = () => {
      opened += 1
      return new Promise(() => {})
    }
    const signal = AbortSignal.abort('no')
    await expect(collectExec(open, { signal }, defaults)).rejects.toBe('no')
    expect(opened).toBe(0)
  })

  it('with reject: false, an abort that is no error becomes one', async () => {
    const controller = new AbortController()
    const { result } = run({ signal: controller.signal, reject: false })
    controller.abort('enough')
    const { exitCode, error } = await result
    expect([exitCode, error?.message, error?.cause]).toEqual([null, 'aborted', 'enough'])
  })
})

describe('the source of stdin', () => {
  it('is told in the error when it fails', async () => {
    const source = new PassThrough()
    const { socket, result } = run({ stdin: source })
    socket.output(1, 'so far')
    const cause = new Error('disk on fire')
    source.destroy(cause)
    expect(await failed(result)).toMatchObject({
      code: 'ERR_STDIN_SOURCE',
      cause,
      stdout: 'so far',
    })
  })

  it('may fail while the session opens', async () => {
    const source = createReadStream('/no/such/file')
    const socket = new FakeSocket()
    const open: Opener = async (accept) => {
      await once(source, 'close').catch(() => {})
      const session = accept(socket)
      socket.listen(session)
      return session
    }
    expect(await failed(collectExec(open, { stdin: source }, defaults))).toMatchObject({
      code: 'ERR_STDIN_SOURCE',
      cause: { code: 'ENOENT' },
    })
  })

  it('is destroyed when there is no session', async () => {
    const source = new PassThrough()
    const reason = new Error('refused')
    const result = collectExec(() => Promise.reject(reason), { stdin: source }, defaults)
    expect(await failed(result)).toBe(reason)
    expect(source.destroyed).toBe(true)
  })

  it('that fails behind the status changes nothing', async () => {
    const source = new PassThrough()
    const { socket, result } = run({ stdin: source })
    socket.exit(0)
    source.destroy(new Error('late'))
    socket.end()
    expect((await result).exitCode).toBe(0)
  })
})
