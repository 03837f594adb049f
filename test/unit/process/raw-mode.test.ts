import { afterEach, describe, expect, it, vi } from 'vitest'
import { RawMode } from '../../../src/process/raw-mode.ts'

function terminal(isRaw = false) {
  const modes: boolean[] = []
  const input = {
    isTTY: true,
    isRaw,
    modes,
    setRawMode(mode: boolean) {
      modes.push(mode)
      input.isRaw = mode
    },
  }
  return input
}

const events = ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP']
const listeners = () => events.map((event) => process.listenerCount(event))

describe('a terminal', () => {
  it('is raw until it is left, and nobody listens any more then', () => {
    const before = listeners()
    const input = terminal()
    const mode = new RawMode(input)
    expect(listeners()).toEqual(before.map((count) => count + 1))
    mode.leave()
    mode.leave()
    expect(input.modes).toEqual([true, false])
    expect(listeners()).toEqual(before)
  })

  it('that was raw stays so', () => {
    const input = terminal(true)
    new RawMode(input).leave()
    expect(input.modes).toEqual([true, true])
  })

  it('and another one share their listeners', () => {
    const before = listeners()
    const [one, other] = [new RawMode(terminal()), new RawMode(terminal())]
    expect(listeners()).toEqual(before.map((count) => count + 1))
    one.leave()
    expect(listeners()).toEqual(before.map((count) => count + 1))
    other.leave()
    expect(listeners()).toEqual(before)
  })

  it('that is none is left alone', () => {
    const before = listeners()
    const input = { ...terminal(), isTTY: false }
    const mode = new RawMode(input)
    expect(listeners()).toEqual(before)
    mode.leave()
    expect(input.modes).toEqual([])
  })
})

describe('a signal', () => {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  afterEach(() => vi.restoreAllMocks())

  it.each(signals)('%s that nobody else handles restores, and ends the process then', (signal) => {
    const input = terminal()
    new RawMode(input)
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      expect(input.modes).toEqual([true, false])
      expect(process.listenerCount(signal)).toBe(0)
      return true
    })
    process.emit(signal, signal)
    expect(kill.mock.calls).toEqual([[process.pid, signal]])
  })

  it.each(signals)('%s is left to whoever else handles it', (signal) => {
    const input = terminal()
    const mode = new RawMode(input)
    const kill = vi.spyOn(process, 'kill')
    const handler = vi.fn()
    process.on(signal, handler)
    process.emit(signal, signal)
    process.off(signal, handler)
    expect(handler).toHaveBeenCalledOnce()
    expect([kill.mock.calls, input.modes]).toEqual([[], [true]])
    mode.leave()
  })
})
