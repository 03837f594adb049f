import { expect, it, vi } from 'vitest'
import { tell } from '../../src/callback.ts'

const failure = new Error('full')

it('tells', () => {
  const callback = vi.fn()
  const onFailure = vi.fn()
  tell(callback, 'event', onFailure)
  expect(callback).toHaveBeenCalledExactlyOnceWith('event')
  expect(onFailure).not.toHaveBeenCalled()
})

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw failure
    },
  ],
  ['rejects', () => Promise.reject(failure)],
  [
    'returns a promise of another make that rejects',
    // biome-ignore lint/suspicious/noThenProperty: such a promise is what this is about
    () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(failure) }),
  ],
])('is told when the function %s', async (_how, callback) => {
  const onFailure = vi.fn()
  tell(callback, 'event', onFailure)
  await expect.poll(() => onFailure.mock.calls).toEqual([[failure]])
})

it.each([undefined, null, 1, {}, Promise.resolve()])(
  'anything else means nothing: %s',
  async (value) => {
    const onFailure = vi.fn()
    tell(() => value, 'event', onFailure)
    await new Promise((resolve) => setImmediate(resolve))
    expect(onFailure).not.toHaveBeenCalled()
  },
)
