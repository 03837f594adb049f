import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Credential } from '../../../src/auth/credential.ts'
import { SharedCredential } from '../../../src/auth/shared-credential.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** Gets a new credential each time, after 10 ms. */
function counting(ttl?: number) {
  const shared = new SharedCredential()
  const signals: AbortSignal[] = []
  const obtain = async (signal: AbortSignal): Promise<Credential> => {
    const headers = { 'X-Run': String(signals.push(signal)) }
    await vi.advanceTimersByTimeAsync(10)
    return ttl === undefined ? { headers } : { headers, expiresAt: new Date(Date.now() + ttl) }
  }
  const get = async (rejected?: Credential, signal?: AbortSignal) =>
    shared.get(obtain, rejected, signal)
  return { get, signals }
}

const runOf = (credential: Credential) => credential.headers?.['X-Run']

test('without an end it is kept for good, and for all who ask meanwhile', async () => {
  const { get } = counting()
  const [a, b] = await Promise.all([get(), get()])
  await vi.advanceTimersByTimeAsync(1e9)
  expect([a, b, await get()].map(runOf)).toEqual(['1', '1', '1'])
})

// As recorded from client-go: no leeway.
test('it is kept until its end', async () => {
  const { get } = counting(1000)
  await get()
  await vi.advanceTimersByTimeAsync(999)
  expect(runOf(await get())).toBe('1')
  await vi.advanceTimersByTimeAsync(1)
  expect(runOf(await get())).toBe('2')
})

test('one that has expired on arrival is used once', async () => {
  const { get } = counting(-1000)
  expect([await get(), await get()].map(runOf)).toEqual(['1', '2'])
})

test('a rejected one is replaced once, however many were rejected with it', async () => {
  const { get } = counting()
  const old = await get()
  const [a, b] = await Promise.all([get(old), get(old)])
  expect([a, b, await get(old), await get()].map(runOf)).toEqual(['2', '2', '2', '2'])
})

test('a failure is not kept', async () => {
  const shared = new SharedCredential()
  const failure = shared.get(() => Promise.reject(new Error('no')), undefined, undefined)
  await expect(failure).rejects.toThrow('no')
  expect(await shared.get(async () => ({}), undefined, undefined)).toEqual({})
})

test('an abort ends the run when nobody else waits for it', async () => {
  const { get, signals } = counting()
  const controllers = [new AbortController(), new AbortController()] as const
  const waiting = controllers.map(({ signal }) => get(undefined, signal).catch((e: Error) => e))
  controllers[0].abort('first')
  expect(await waiting[0]).toBe('first')
  expect(signals[0]?.aborted).toBe(false)
  controllers[1].abort('second')
  expect(await waiting[1]).toBe('second')
  expect(signals[0]?.aborted).toBe(true)
  expect(runOf(await get())).toBe('2')
})

test('one who has aborted does not begin', async () => {
  const { get, signals } = counting()
  await expect(get(undefined, AbortSignal.abort('no'))).rejects.toBe('no')
  expect(signals).toEqual([])
})
