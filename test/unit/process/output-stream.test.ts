import { once } from 'node:events'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { OutputStream } from '../../../src/process/output-stream.ts'
import { uncaught } from '../../support/uncaught.ts'

const kibibyte = 1024

interface Observed {
  readonly stream: OutputStream
  /** How often there was room again. */
  readonly rooms: () => number
}

function open(slack = 64 * kibibyte): Observed {
  let rooms = 0
  const stream = new OutputStream(slack, () => {
    rooms += 1
  })
  return { stream, rooms: () => rooms }
}

/** A chunk that the queue does not join with others. */
const large = (letter: string) => Buffer.alloc(16 * kibibyte, letter)

describe('order', () => {
  it('is kept between what waits and what comes while it is read', async () => {
    const { stream } = open()
    stream.write(Buffer.from('ab'))
    stream.write(large('c'))
    stream.write(Buffer.from('d'))
    let text = ''
    stream.on('data', (chunk) => {
      text += chunk
      if (chunk.length === large('c').length) stream.write(Buffer.from('e'))
    })
    await expect.poll(() => text.length).toBe(16 * kibibyte + 4)
    stream.write(Buffer.from('f'))
    stream.end(null, 'deliver')
    await once(stream, 'end')
    expect(text).toBe(`ab${large('c')}def`)
  })

  it('small reads get every byte', async () => {
    const { stream } = open()
    for (const text of ['one', 'two', 'three']) stream.write(Buffer.from(text))
    stream.end(null, 'deliver')
    let text = ''
    stream.on('readable', () => {
      for (let part = stream.read(2); part !== null; part = stream.read(2)) text += part
    })
    await once(stream, 'end')
    expect(text).toBe('onetwothree')
  })
})

describe('room', () => {
  it('there is none once the slack is reached, and what comes nevertheless is kept', async () => {
    const { stream, rooms } = open(10)
    expect(stream.write(Buffer.alloc(9, 'a'))).toBe(true)
    expect(stream.write(Buffer.alloc(1, 'b'))).toBe(false)
    expect(stream.write(Buffer.alloc(5, 'c'))).toBe(false)
    expect(rooms()).toBe(0)
    stream.end(null, 'deliver')
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('aaaaaaaaabccccc')
    expect(rooms()).toBe(1)
  })

  it('comes back at half of the slack, once', () => {
    const { stream, rooms } = open(64 * kibibyte)
    const written = ['a', 'b', 'c', 'd'].map((letter) => stream.write(large(letter)))
    expect(written).toEqual([true, true, true, false])
    const rest: number[] = []
    while (stream.read() !== null) rest.push(rooms())
    expect(rest).toEqual([0, 1, 1, 1])
  })

  it('a reader that keeps up never fills it', async () => {
    const { stream } = open(4)
    let length = 0
    stream.on('data', (chunk) => {
      length += chunk.length
    })
    await turn()
    for (let i = 0; i < 100; i++) expect(stream.write(large('x'))).toBe(true)
    expect(length).toBe(100 * 16 * kibibyte)
  })

  it('comes back when the stream is destroyed, and the rest is discarded', async () => {
    const { stream, rooms } = open(4)
    expect(stream.write(Buffer.from('12345'))).toBe(false)
    stream.destroy()
    await once(stream, 'close')
    expect(rooms()).toBe(1)
    expect([stream.write(large('x')), stream.write(large('x'))]).toEqual([true, true])
    expect(stream.readableLength).toBe(0)
  })

  it('is not announced when it was never gone', async () => {
    const { stream, rooms } = open(4)
    stream.write(Buffer.from('123'))
    stream.end(null, 'deliver')
    await stream.toArray()
    stream.destroy()
    expect(rooms()).toBe(0)
  })
})

describe('the end', () => {
  it.each(['before the end', 'after the end'])(
    'comes after the last byte, read %s',
    async (when) => {
      const { stream } = open()
      const events: string[] = []
      const listen = () => {
        stream.on('data', (chunk) => events.push(String(chunk)))
        for (const name of ['end', 'error', 'close'] as const)
          stream.on(name, () => events.push(name))
      }
      if (when === 'before the end') listen()
      stream.write(Buffer.from('last'))
      stream.end(null, 'deliver')
      if (when === 'after the end') listen()
      await once(stream, 'close')
      expect(events).toEqual(['last', 'end', 'close'])
    },
  )

  it('without a byte is an end too', async () => {
    const { stream } = open()
    stream.end(null, 'deliver')
    expect(await stream.toArray()).toEqual([])
  })
})

describe('a failure comes behind the last byte', () => {
  const error = new Error('lost')

  /** Some waits in the queue, some comes while it is read, then the session fails. */
  function failing(): OutputStream {
    const { stream } = open()
    stream.write(large('a'))
    stream.write(Buffer.from('b'))
    setImmediate(() => {
      stream.write(Buffer.from('c'))
      stream.end(error, 'deliver')
    })
    return stream
  }
  const whole = 16 * kibibyte + 2

  it('in flowing mode', async () => {
    const stream = failing()
    let length = 0
    const events: unknown[] = []
    stream.on('data', (chunk) => {
      length += chunk.length
    })
    stream.on('error', (reason) => events.push(reason, length))
    stream.on('end', () => events.push('end'))
    await new Promise((resolve) => stream.once('close', resolve))
    expect(events).toEqual([error, whole])
  })

  it('in paused mode', async () => {
    const stream = failing()
    let length = 0
    stream.on('readable', () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) length += chunk.length
    })
    await expect(once(stream, 'end')).rejects.toBe(error)
    expect(length).toBe(whole)
  })

  it('in paused mode, read bit by bit', async () => {
    const stream = failing()
    let length = 0
    stream.on('readable', () => {
      for (let chunk = stream.read(7); chunk !== null; chunk = stream.read(7)) length += 7
      const rest = stream.readableLength % 7
      if (rest > 0) length += stream.read(rest)?.length ?? 0
    })
    await expect(once(stream, 'end')).rejects.toBe(error)
    expect(length).toBe(whole)
  })

  it('with for await, however slow', async () => {
    let length = 0
    const read = async () => {
      for await (const chunk of failing()) {
        await turn()
        length += chunk.length
      }
    }
    await expect(read()).rejects.toBe(error)
    expect(length).toBe(whole)
  })

  it('in a pipeline, however slow', async () => {
    let length = 0
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, callback) {
        length += chunk.length
        setImmediate(callback)
      },
    })
    await expect(pipeline(failing(), slow)).rejects.toBe(error)
    expect(length).toBe(whole)
    expect(slow.destroyed).toBe(true)
  })

  it('and not before anybody reads', async () => {
    const { stream } = open()
    stream.write(Buffer.from('kept'))
    stream.end(error, 'deliver')
    await turn()
    expect(stream.destroyed).toBe(false)
    const read: string[] = []
    stream.on('data', (chunk) => read.push(String(chunk)))
    await expect(once(stream, 'end')).rejects.toBe(error)
    expect(read).toEqual(['kept'])
  })
})

describe('discard', () => {
  const error = new Error('aborted')

  it('drops what waits and fails at once', async () => {
    const { stream, rooms } = open(4)
    const read: unknown[] = []
    stream.write(Buffer.from('12345'))
    stream.end(error, 'discard')
    stream.on('data', (chunk) => read.push(chunk))
    await expect(once(stream, 'end')).rejects.toBe(error)
    expect(read).toEqual([])
    expect(rooms()).toBe(1)
  })

  it('with nobody listening does not crash', async () => {
    const { stream } = open()
    stream.end(error, 'discard')
    await turn()
    expect(stream.errored).toBe(error)
  })
})

it('a reader that destroys the stream in the middle of its data leaves no trace', async () => {
  const { stream, rooms } = open(4)
  stream.write(Buffer.from('12345'))
  stream.once('data', () => stream.destroy())
  await once(stream, 'close')
  expect(stream.write(Buffer.from('more'))).toBe(true)
  stream.end(null, 'deliver')
  stream.end(new Error('late'), 'discard')
  await turn()
  expect([rooms(), stream.errored]).toEqual([1, null])
})

it('what a listener throws reaches the program, and not whoever writes', async () => {
  const { stream } = open()
  const bug = new Error('a bug of the caller’s')
  const thrown = uncaught()
  const seen: string[] = []
  stream.on('data', (chunk) => {
    seen.push(String(chunk))
    if (seen.length === 1) throw bug
  })
  await turn()
  for (const letter of ['a', 'b']) expect(stream.write(Buffer.from(letter))).toBe(true)
  stream.end(null, 'deliver')
  await once(stream, 'end')
  expect(seen).toEqual(['a', 'b'])
  expect(await thrown).toBe(bug)
})
