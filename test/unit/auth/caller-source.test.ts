import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callerSource } from '../../../src/auth/caller-source.ts'
import type { Credential } from '../../../src/auth/credential.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

function counting(ttl?: number) {
  let calls = 0
  return callerSource(async () => {
    calls += 1
    await new Promise((resolve) => setTimeout(resolve, 10))
    const headers = { 'X-Call': String(calls) }
    return ttl === undefined ? { headers } : { headers, expiresAt: new Date(Date.now() + ttl) }
  })
}

async function ask(source: ReturnType<typeof counting>, rejected?: Credential) {
  const asked = source.credential(rejected)
  await vi.advanceTimersByTimeAsync(20)
  return asked
}

const callOf = (credential: Credential) => credential.headers?.['X-Call']

test('concurrent dials share one call', async () => {
  const source = counting()
  const both = Promise.all([source.credential(), source.credential()])
  await vi.advanceTimersByTimeAsync(20)
  expect((await both).map(callOf)).toEqual(['1', '1'])
})

test('without expiresAt every dial asks', async () => {
  const source = counting()
  expect([callOf(await ask(source)), callOf(await ask(source))]).toEqual(['1', '2'])
})

test('until expiresAt none asks', async () => {
  const source = counting(1_000)
  const first = await ask(source)
  expect(await ask(source)).toBe(first)
  vi.advanceTimersByTime(1_000)
  expect(callOf(await ask(source))).toBe('2')
})

test('what was rejected is asked for anew, once', async () => {
  const source = counting(1_000)
  const first = await ask(source)
  const both = Promise.all([source.credential(first), source.credential(first)])
  await vi.advanceTimersByTimeAsync(20)
  expect((await both).map(callOf)).toEqual(['2', '2'])
  expect(callOf(await ask(source, first))).toBe('2')
})

test('a failure is told with its cause, and the next dial asks again', async () => {
  const cause = new Error('no network')
  let calls = 0
  const source = callerSource(async () => {
    calls += 1
    if (calls === 1) throw cause
    return {}
  })
  await expect(source.credential()).rejects.toMatchObject({
    code: 'ERR_CREDENTIALS_UNAVAILABLE',
    cause,
  })
  await expect(source.credential()).resolves.toEqual({ headers: {} })
})

test('a function that throws at once is a failure like any other', async () => {
  const source = callerSource(() => {
    throw new Error('at once')
  })
  await expect(source.credential()).rejects.toMatchObject({ code: 'ERR_CREDENTIALS_UNAVAILABLE' })
})
