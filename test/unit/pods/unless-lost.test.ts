import { describe, expect, test, vi } from 'vitest'
import { unlessLost } from '../../../src/pods/unless-lost.ts'
import { Deferred } from '../../../src/transport/deferred.ts'

const probing = (...results: boolean[]) => {
  const asked: number[] = []
  const answers = async () => {
    asked.push(Date.now())
    return results.shift() ?? true
  }
  return { asked, server: { answers } }
}

describe('unlessLost', () => {
  test('asks once per deadline, and not any more afterwards', async () => {
    vi.useFakeTimers({ now: 0 })
    const { asked, server } = probing()
    const lose = vi.fn()
    const waited = new Deferred<string>()
    const result = unlessLost(waited.promise, 1000, server, lose)
    await vi.advanceTimersByTimeAsync(2500)
    expect(asked).toEqual([1000, 2000])
    waited.resolve('there')
    expect(await result).toBe('there')
    expect(vi.getTimerCount()).toBe(0)
    expect(lose).not.toHaveBeenCalled()
    vi.useRealTimers()
  })

  test('loses when there is no answer', async () => {
    vi.useFakeTimers()
    const { server } = probing(true, false)
    const waited = new Deferred<string>()
    const lose = vi.fn(() => waited.reject(new Error('lost')))
    const result = expect(unlessLost(waited.promise, 1000, server, lose)).rejects.toThrow('lost')
    await vi.advanceTimersByTimeAsync(1999)
    expect(lose).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await result
    expect(lose).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })

  test('loses when there is no answer yet and it is time to ask again', async () => {
    vi.useFakeTimers()
    const signals: AbortSignal[] = []
    const answers = (signal: AbortSignal) => {
      signals.push(signal)
      return new Promise<boolean>(() => {})
    }
    const waited = new Deferred<string>()
    const lose = vi.fn(() => waited.reject(new Error('lost')))
    const result = expect(unlessLost(waited.promise, 1000, { answers }, lose)).rejects.toThrow(
      'lost',
    )
    await vi.advanceTimersByTimeAsync(1999)
    expect(lose).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await result
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    vi.useRealTimers()
  })

  test('an answer that comes while it asks is as good, and ends the asking', async () => {
    vi.useFakeTimers()
    const asked = new Deferred<boolean>()
    const signals: AbortSignal[] = []
    const answers = (signal: AbortSignal) => {
      signals.push(signal)
      return asked.promise
    }
    const waited = new Deferred<string>()
    const lose = vi.fn()
    const result = unlessLost(waited.promise, 1000, { answers }, lose)
    await vi.advanceTimersByTimeAsync(1000)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    waited.resolve('there')
    await result
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    asked.resolve(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(lose).not.toHaveBeenCalled()
    vi.useRealTimers()
  })
})
