import { getEventListeners } from 'node:events'
import { expect, it, vi } from 'vitest'
import { onAbort } from '../../../src/transport/abort-listener.ts'

it('calls back once', () => {
  const controller = new AbortController()
  const callback = vi.fn()
  onAbort(controller.signal, callback)
  controller.abort()
  expect(callback).toHaveBeenCalledOnce()
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

it('can be ended', () => {
  const controller = new AbortController()
  const callback = vi.fn()
  onAbort(controller.signal, callback)()
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  controller.abort()
  expect(callback).not.toHaveBeenCalled()
})

it('takes a signal of another make', () => {
  const signal = { addEventListener: vi.fn(), removeEventListener: vi.fn() }
  const callback = () => {}
  onAbort(signal as unknown as AbortSignal, callback)()
  expect(signal.removeEventListener).toHaveBeenCalledExactlyOnceWith('abort', callback)
})

it('lets a signal be for many', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const { signal } = new AbortController()
  for (let count = 0; count < 20; count += 1) onAbort(signal, () => {})
  expect(warn).not.toHaveBeenCalled()
  warn.mockRestore()
})
