import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PayloadQueue } from '../../../src/process/payload-queue.ts'

const kibibyte = 1024

function shiftAll(queue: PayloadQueue): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) chunks.push(chunk)
  return chunks
}

/** Bytes of buffers that are still referred to. */
function liveBuffers(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}

describe('shift', () => {
  it('of an empty queue gives nothing', () => {
    const queue = new PayloadQueue()
    expect([queue.shift(), queue.length]).toEqual([undefined, 0])
  })

  it('joins small payloads in the order they came', () => {
    const queue = new PayloadQueue()
    for (const text of ['a', 'bc', 'd']) queue.push(Buffer.from(text))
    expect(queue.length).toBe(4)
    expect(shiftAll(queue).map(String)).toEqual(['abcd'])
    expect(queue.length).toBe(0)
  })

  it('hands on a large payload itself, and small ones around it in order', () => {
    const queue = new PayloadQueue()
    const large = Buffer.alloc(16 * kibibyte, 'L')
    queue.push(Buffer.from('before'))
    queue.push(large)
    queue.push(Buffer.from('behind'))
    const chunks = shiftAll(queue)
    expect(chunks.map((chunk) => chunk.length)).toEqual([6, large.length, 6])
    expect(chunks[1]).toBe(large)
    expect(String(chunks[2])).toBe('behind')
  })

  it('copies a payload one byte below the border', () => {
    const queue = new PayloadQueue()
    const payload = Buffer.alloc(16 * kibibyte - 1, 'a')
    queue.push(payload)
    payload.fill('z')
    expect(queue.shift()?.[0]).toBe('a'.charCodeAt(0))
  })

  it('what was handed out is not written to again', () => {
    const queue = new PayloadQueue()
    queue.push(Buffer.from('first'))
    const first = queue.shift()
    queue.push(Buffer.from('other'))
    expect(String(first)).toBe('first')
  })
})

describe('drain', () => {
  it('gives all that is left in one piece and leaves an empty queue', () => {
    const queue = new PayloadQueue()
    queue.push(Buffer.from('gone'))
    queue.shift()
    queue.push(Buffer.alloc(16 * kibibyte, 'L'))
    queue.push(Buffer.from('end'))
    const bytes = queue.drain()
    expect([bytes.length, bytes.subarray(-4).toString()]).toEqual([16 * kibibyte + 3, 'Lend'])
    expect([queue.length, queue.shift(), queue.drain().length]).toEqual([0, undefined, 0])
  })

  it('leaves out what was shifted before', () => {
    const queue = new PayloadQueue()
    for (const letter of 'abc') queue.push(Buffer.alloc(16 * kibibyte, letter))
    queue.shift()
    expect(queue.drain().toString()).toBe('b'.repeat(16 * kibibyte) + 'c'.repeat(16 * kibibyte))
  })
})

it('clear drops everything, and the queue goes on', () => {
  const queue = new PayloadQueue()
  queue.push(Buffer.from('old'))
  queue.push(Buffer.alloc(20 * kibibyte))
  queue.clear()
  expect([queue.length, queue.shift()]).toEqual([0, undefined])
  queue.push(Buffer.from('new'))
  expect(shiftAll(queue).map(String)).toEqual(['new'])
})

it('any sequence of pushes and shifts gives the bytes in order, and the right length', () => {
  const size = fc.oneof(fc.nat(40), fc.integer({ min: 16 * kibibyte - 2, max: 70 * kibibyte }))
  const step = fc.oneof(
    fc.record({ push: size }),
    fc.constant('shift' as const),
    fc.constant('drain' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new PayloadQueue()
      let pushed = 0
      let taken = 0
      const take = (chunk: Uint8Array) => {
        for (const byte of chunk) if (byte !== taken++ % 251) return false
        return true
      }
      for (const next of steps) {
        if (next === 'shift') expect(take(queue.shift() ?? new Uint8Array())).toBe(true)
        else if (next === 'drain') expect(take(queue.drain())).toBe(true)
        else queue.push(Uint8Array.from({ length: next.push }, () => pushed++ % 251))
        expect(queue.length).toBe(pushed - taken)
      }
      expect(take(queue.drain())).toBe(true)
      expect(taken).toBe(pushed)
    }),
    { numRuns: 50 },
  )
})

describe('memory', () => {
  it('a tiny payload does not keep the segment alive that it was received in', async () => {
    const queue = new PayloadQueue()
    const before = liveBuffers()
    for (let i = 0; i < 500; i++) queue.push(Buffer.alloc(64 * kibibyte).subarray(0, 1))
    // Buffers are freed in the background.
    await expect.poll(() => liveBuffers() - before).toBeLessThan(8 * 1024 * kibibyte)
    expect(queue.length).toBe(500)
  })

  it('a queue that never runs empty keeps nothing that was handed out', async () => {
    const queue = new PayloadQueue()
    const large = () => Buffer.allocUnsafeSlow(64 * kibibyte)
    queue.push(large())
    const before = liveBuffers()
    for (let i = 0; i < 1000; i++) {
      queue.push(large())
      queue.shift()
    }
    await expect.poll(() => liveBuffers() - before).toBeLessThan(8 * 1024 * kibibyte)
    expect(queue.length).toBe(64 * kibibyte)
  })
})
