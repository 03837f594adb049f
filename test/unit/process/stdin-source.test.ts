import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { StdinSource } from '../../../src/process/stdin-source.ts'
import {
  abandonSource,
  claimSource,
  StdinFeed,
  validStdinSource,
} from '../../../src/process/stdin-source.ts'
import { StdinStream } from '../../../src/process/stdin-stream.ts'
import { Deferred } from '../../../src/transport/deferred.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

const close = Uint8Array.of(255, 0)

function feed(source: StdinSource, window = 1024 * 1024) {
  const socket = new FakeSocket()
  const stdin = new StdinStream(socket, 'close', window)
  const done = new StdinFeed(source, stdin).run()
  const text = () =>
    Buffer.concat(
      socket.sent.filter((message) => message[0] === 0).map((m) => Buffer.from(m.slice(1))),
    ).toString()
  return { socket, stdin, done, text }
}

async function* chunks() {
  yield 'grü'
  yield Buffer.from('ße')
  yield ''
  yield new TextEncoder().encode('!')
}

describe('each kind is written whole and ended', () => {
  it.each<[string, () => StdinSource]>([
    ['a string', () => 'grüße!'],
    ['bytes', () => new TextEncoder().encode('grüße!')],
    ['a Buffer', () => Buffer.from('grüße!')],
    ['a part of a larger buffer', () => Buffer.from('xxgrüße!xx').subarray(2, -2)],
    ['a Readable', () => Readable.from([Buffer.from('grü'), Buffer.from('ße!')])],
    ['a web stream', () => new Blob(['grüße!']).stream()],
    ['a Readable of text', () => Readable.from([Buffer.from('grüße!')]).setEncoding('utf8')],
    ['an async generator', chunks],
    ['an object with an iterator', () => ({ [Symbol.asyncIterator]: chunks })],
  ])('%s', async (_name, source) => {
    const { socket, stdin, done, text } = feed(source())
    await Promise.all([done, once(stdin, 'finish')])
    expect(text()).toBe('grüße!')
    expect(socket.sent.at(-1)).toEqual(close)
  })

  it.each<[string, StdinSource]>([
    ['string', ''],
    ['bytes', new Uint8Array()],
    ['Readable', Readable.from([])],
  ])('an empty %s is ended at once', async (_name, source) => {
    const { socket, stdin, done } = feed(source)
    await Promise.all([done, once(stdin, 'finish')])
    expect(socket.sent.filter((message) => message.length > 1)).toEqual([close])
  })
})

describe('backpressure', () => {
  it('no more is asked for than the window and one buffer hold', async () => {
    let asked = 0
    const source = (async function* () {
      for (;;) {
        asked += 1
        yield Buffer.alloc(1024)
      }
    })()
    const { socket, stdin } = feed(source, 8 * 1024)
    // The window's 8, and what a stream of Node's holds: 16 up to Node 20, 64 since.
    const most = 80
    // How many turns it takes until it stands still depends on how busy the machine is.
    let before = -1
    while (before !== asked && asked <= most) {
      before = asked
      for (let i = 0; i < 10; i++) await turn()
    }
    expect(asked).toBe(before)
    expect(asked).toBeLessThanOrEqual(most)
    while (asked === before) {
      stdin.pong(socket.pings.at(-1) ?? '')
      await turn()
    }
    stdin.destroy()
  })
})

describe('a source that always has more leaves the event loop its turns', () => {
  /** Whether a timer ran while it was read; after a second the source gives up. */
  async function runsTimers(chunk: string | Buffer, lift: boolean): Promise<boolean> {
    let ran = false
    const started = performance.now()
    const source = (async function* () {
      while (!ran && performance.now() - started < 1_000) yield chunk
    })()
    const { stdin, done } = feed(source)
    if (lift) stdin.window.lift()
    setTimeout(() => {
      ran = true
    })
    await done
    stdin.destroy()
    return ran
  }

  it('with nothing in it', async () => {
    expect(await runsTimers('', false)).toBe(true)
  })

  it('to a peer that takes everything', async () => {
    expect(await runsTimers(Buffer.alloc(16), true)).toBe(true)
  })
})

describe('release', () => {
  it('in the middle of waiting for the source destroys a Readable', async () => {
    const source = new PassThrough()
    const { stdin, done } = feed(source)
    source.write('a')
    await turn()
    stdin.release()
    await done.catch(() => {})
    expect([source.destroyed, source.errored]).toEqual([true, null])
  })

  it('in the middle of waiting for the source cancels a web stream', async () => {
    const cancelled = new Deferred<boolean>()
    const source = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('x')),
      cancel: () => cancelled.resolve(true),
    })
    const { stdin, done, text } = feed(source)
    await expect.poll(text).toBe('x')
    stdin.release()
    await done
    expect(await cancelled.promise).toBe(true)
  })

  it('in the middle of waiting for credit returns a generator', async () => {
    let returned = false
    const source = (async function* () {
      try {
        for (;;) yield Buffer.alloc(32 * 1024)
      } finally {
        returned = true
      }
    })()
    const { stdin, done } = feed(source, 1)
    await turn()
    stdin.release()
    await done
    await expect.poll(() => returned).toBe(true)
    expect(stdin.listenerCount('drain')).toBe(0)
  })

  it('does not wait for an iterator that cannot be stopped', async () => {
    const returned: string[] = []
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<string>>(() => {}),
        return: () => {
          returned.push('asked')
          return Promise.reject(new Error('no'))
        },
      }),
    }
    const { stdin } = feed(source)
    stdin.release()
    await once(stdin, 'close')
    await turn()
    expect(returned).toEqual(['asked'])
  })

  it('what a source throws afterwards is nobody’s business', async () => {
    const source = (async function* () {
      await turn()
      yield* []
      throw new Error('late')
    })()
    const { stdin, done } = feed(source)
    stdin.release()
    await expect(done).resolves.toBeUndefined()
  })
})

describe('a source that fails', () => {
  it('rejects with its own error and does not end stdin', async () => {
    const cause = new Error('disk on fire')
    const source = new Readable({ read() {} })
    const { socket, done } = feed(source)
    source.push('a')
    setImmediate(() => source.destroy(cause))
    await expect(done).rejects.toBe(cause)
    expect(socket.sent).toEqual([Uint8Array.of(0, 97)])
  })

  it.each<[string, unknown]>([
    ['a number', 7],
    ['null', null],
    ['an array', [1]],
    ['a Uint16Array', new Uint16Array(1)],
  ])('yields %s', async (_name, chunk) => {
    const source = (async function* () {
      yield chunk as string
    })()
    await expect(feed(source).done).rejects.toThrow(TypeError)
  })

  it('has an iterator that throws at once', async () => {
    const source = {
      [Symbol.asyncIterator]: () => {
        throw new Error('no iterator')
      },
    }
    await expect(feed(source).done).rejects.toThrow('no iterator')
  })

  it('was destroyed before', async () => {
    const source = Readable.from(['a'])
    source.destroy()
    await expect(feed(source).done).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  })

  it('before it is read crashes nothing and is told when it is', async () => {
    const source = createReadStream('/no/such/file')
    claimSource(source)
    await new Promise<void>((resolve) => source.once('close', resolve))
    expect(source.listenerCount('error')).toBe(0)
    await expect(feed(source).done).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

it('without a session a stream is destroyed or cancelled, and anything else left alone', async () => {
  const source = new PassThrough()
  claimSource(source)
  abandonSource(source)
  await once(source, 'close')
  expect([source.destroyed, source.listenerCount('error')]).toEqual([true, 0])
  const cancelled = new Deferred<boolean>()
  abandonSource(new ReadableStream({ cancel: () => cancelled.resolve(true) }))
  expect(await cancelled.promise).toBe(true)
  const generator = chunks()
  claimSource(generator)
  abandonSource(generator)
  expect((await generator.next()).value).toBe('grü')
})

describe('a source is', () => {
  it.each<[string, unknown]>([
    ['string', 'x'],
    ['Uint8Array', new Uint8Array(1)],
    ['Readable', Readable.from([])],
    ['async iterable', chunks()],
    ['web stream', new ReadableStream()],
  ])('%s', (_name, source) => expect(validStdinSource(source)).toBe(source))

  it.each<[string, unknown]>([
    ['number', 1],
    ['boolean', true],
    ['null', null],
    ['array', ['a']],
    ['object', {}],
    ['function', () => 'x'],
    ['ArrayBuffer', new ArrayBuffer(1)],
    ['Uint16Array', new Uint16Array(1)],
    ['promise', Promise.resolve('x')],
  ])('not a %s', (_name, source) => expect(() => validStdinSource(source)).toThrow(TypeError))
})
