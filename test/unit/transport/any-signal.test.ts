import { once } from 'node:events'
import { expect, it } from 'vitest'
import { anySignal } from '../../../src/transport/any-signal.ts'
import { collectGarbage } from '../../support/collect-garbage.ts'

it('is aborted by the first of them, with its reason', () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const signal = anySignal([first.signal, second.signal])
  // Node 24 looks at them in their order when nobody has listened yet.
  signal.addEventListener('abort', () => {})
  second.abort('enough')
  first.abort('more')
  expect([signal.aborted, signal.reason]).toEqual([true, 'enough'])
})

it('keeps a timeout that nobody else holds, through another one of its kind as well', async () => {
  const never = new AbortController().signal
  const signal = anySignal([anySignal([never, AbortSignal.timeout(300)]), never])
  const aborted = once(signal, 'abort')
  await collectGarbage()
  await aborted
  expect(signal.reason.name).toBe('TimeoutError')
})
