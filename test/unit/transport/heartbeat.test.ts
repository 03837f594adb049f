import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Heartbeat } from '../../../src/transport/heartbeat.ts'
import { FakeSocket } from '../../support/fake-socket.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  // Each beat comes behind a look at what has come in; here there is nothing to look at.
  vi.stubGlobal('setImmediate', (beat: () => void) => beat())
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function start({
  interval = 10,
  deadline = 30,
  probe = async (_signal: AbortSignal) => true,
} = {}) {
  const state = { silenceIsExpected: false, paused: false }
  let cause: Error | null = null
  class Watched extends FakeSocket {
    override terminate(reason?: Error): void {
      this.terminations += 1
      cause = reason ?? null
    }
    override async probe(signal: AbortSignal): Promise<boolean> {
      this.probes += 1
      return probe(signal)
    }
  }
  const socket = new Watched()
  const heartbeat = new Heartbeat(
    socket,
    {
      silenceIsExpected: () => state.silenceIsExpected || state.paused,
      pingPayload: () => (state.paused ? null : 'receipt'),
    },
    { interval, deadline },
  )
  return { socket, state, heartbeat, cause: () => cause }
}

it('pings after each interval of silence, with what the session wants to be answered', () => {
  const { socket, heartbeat } = start()
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(10)
    socket.bytesRead += 1
    vi.advanceTimersByTime(10)
  }
  expect(socket.pings).toEqual(Array(5).fill('receipt'))
  heartbeat.stop()
})

it('looks at what has come in before it pings, or takes silence for a loss', () => {
  let look = () => {}
  vi.stubGlobal('setImmediate', (beat: () => void) => {
    look = beat
  })
  const { socket, heartbeat } = start({ deadline: 20 })
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(10)
    socket.bytesRead += 1
    look()
  }
  expect([socket.pings, socket.terminations]).toEqual([[], 0])
  vi.advanceTimersByTime(10)
  heartbeat.stop()
  look()
  expect(socket.pings).toEqual([])
})

describe('pings nobody', () => {
  it('while there is something to read: a server that has closed would answer with a reset', () => {
    const { socket, heartbeat } = start()
    for (let i = 0; i < 5; i++) {
      socket.bytesRead += 1
      vi.advanceTimersByTime(10)
    }
    expect(socket.pings).toEqual([])
    heartbeat.stop()
  })

  it('while we do not read', async () => {
    const { socket, state, heartbeat } = start()
    state.paused = true
    await vi.advanceTimersByTimeAsync(100)
    expect([socket.pings, socket.probes, socket.terminations]).toEqual([[], 3, 0])
    heartbeat.stop()
  })

  it('unless the deadline leaves no time for it', () => {
    const { socket, heartbeat } = start({ interval: 10, deadline: 19 })
    for (let i = 0; i < 5; i++) {
      socket.bytesRead += 1
      vi.advanceTimersByTime(10)
    }
    expect(socket.pings).toHaveLength(5)
    heartbeat.stop()
  })
})

it('stdin that stands still for ten minutes is no end, as long as the server answers elsewhere', async () => {
  const { socket, state, heartbeat } = start({ interval: 5_000, deadline: 30_000 })
  state.silenceIsExpected = true
  await vi.advanceTimersByTimeAsync(600_000)
  expect([socket.probes, socket.terminations]).toEqual([20, 0])
  heartbeat.stop()
})

describe('silence', () => {
  it.each([false, true])('is told from the second ping on; expected: %s', (expected) => {
    const { socket, state, heartbeat } = start()
    state.silenceIsExpected = expected
    socket.bytesRead += 1
    vi.advanceTimersByTime(10)
    expect(heartbeat.isSilent).toBe(false)
    vi.advanceTimersByTime(10)
    // Asked for the first time.
    expect(heartbeat.isSilent).toBe(false)
    vi.advanceTimersByTime(10)
    expect(heartbeat.isSilent).toBe(true)
    socket.bytesRead += 1
    expect(heartbeat.isSilent).toBe(false)
    vi.advanceTimersByTime(10)
    expect(heartbeat.isSilent).toBe(false)
    heartbeat.stop()
  })

  it('for the deadline is the end, named as such', () => {
    const { socket, cause } = start()
    vi.advanceTimersByTime(29)
    expect([socket.terminations, socket.pings.length]).toEqual([0, 2])
    vi.advanceTimersByTime(1)
    expect([socket.terminations, socket.pings.length]).toEqual([1, 2])
    expect(cause()?.message).toBe('the server sent nothing for 30 ms, not even answers to pings')
  })

  // P-9.2
  it('is over with any byte', () => {
    const { socket, heartbeat } = start()
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(29)
      socket.bytesRead += 1
      vi.advanceTimersByTime(1)
    }
    expect(socket.terminations).toBe(0)
    heartbeat.stop()
  })

  it('is counted in intervals: a clock that jumps proves nothing', () => {
    const { socket, heartbeat } = start()
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(10)
    expect(socket.terminations).toBe(0)
    heartbeat.stop()
  })

  it('with a deadline of one interval is found by the second beat: the first one asks', () => {
    const { socket } = start({ interval: 10, deadline: 10 })
    vi.advanceTimersByTime(10)
    expect([socket.terminations, socket.pings.length]).toEqual([0, 1])
    vi.advanceTimersByTime(10)
    expect(socket.terminations).toBe(1)
  })

  it('of a server that was not asked, because we did not read, is none, however short the deadline', async () => {
    const { socket, state, heartbeat } = start({ interval: 10, deadline: 10 })
    state.paused = true
    await vi.advanceTimersByTimeAsync(50)
    state.paused = false
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(10)
      // The answer.
      socket.bytesRead += 1
    }
    expect([socket.terminations, socket.pings.length]).toEqual([0, 5])
    heartbeat.stop()
  })

  it('with a deadline between two beats is found by the second', () => {
    const { socket } = start({ interval: 10, deadline: 15 })
    vi.advanceTimersByTime(19)
    expect(socket.terminations).toBe(0)
    vi.advanceTimersByTime(1)
    expect(socket.terminations).toBe(1)
  })
})

describe('expected silence', () => {
  // P-9.2
  it('asks on another connection once per deadline, and pings go on', async () => {
    const { socket, state, heartbeat } = start()
    state.silenceIsExpected = true
    await vi.advanceTimersByTimeAsync(29)
    expect(socket.probes).toBe(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(socket.probes).toBe(1)
    await vi.advanceTimersByTimeAsync(300)
    expect([socket.probes, socket.pings.length, socket.terminations]).toEqual([11, 33, 0])
    heartbeat.stop()
  })

  it('of a server that does not answer there either is the end', async () => {
    const { socket, state, cause } = start({ probe: async () => false })
    state.silenceIsExpected = true
    await vi.advanceTimersByTimeAsync(30)
    expect(socket.terminations).toBe(1)
    expect(cause()?.message).toContain('does not answer on a new connection either')
  })

  it('is the end when there is no answer at the time of the next probe', async () => {
    const { socket, state, cause } = start({ probe: () => new Promise(() => {}) })
    state.silenceIsExpected = true
    await vi.advanceTimersByTimeAsync(59)
    expect([socket.probes, socket.terminations]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(1)
    expect([socket.probes, socket.terminations]).toEqual([1, 1])
    expect(cause()?.message).toContain('does not answer on a new connection either')
  })

  it('a byte ends the probe, and there may be another', async () => {
    const asked: AbortSignal[] = []
    const probe = (signal: AbortSignal) => {
      asked.push(signal)
      return new Promise<boolean>((resolve) => {
        signal.addEventListener('abort', () => resolve(false))
      })
    }
    const { socket, state, heartbeat } = start({ probe })
    state.silenceIsExpected = true
    await vi.advanceTimersByTimeAsync(30)
    socket.bytesRead += 1
    await vi.advanceTimersByTimeAsync(40)
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(socket.terminations).toBe(0)
    heartbeat.stop()
  })

  it('does not count once it is not expected any more', () => {
    const { socket, state, heartbeat } = start()
    vi.advanceTimersByTime(20)
    state.silenceIsExpected = true
    vi.advanceTimersByTime(10)
    state.silenceIsExpected = false
    vi.advanceTimersByTime(20)
    expect(socket.terminations).toBe(0)
    vi.advanceTimersByTime(10)
    expect(socket.terminations).toBe(1)
    heartbeat.stop()
  })

  it('a byte starts its deadline anew', async () => {
    const { socket, state, heartbeat } = start()
    state.silenceIsExpected = true
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(20)
      socket.bytesRead += 1
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(socket.probes).toBe(0)
    heartbeat.stop()
  })

  it.each([
    ['the heartbeat has stopped', 'stop'],
    ['this connection has come back to life', 'byte'],
  ])('a probe that fails when %s means nothing', async (_name, how) => {
    let fail = (_answers: boolean) => {}
    const probe = () =>
      new Promise<boolean>((resolve) => {
        fail = resolve
      })
    const { socket, state, heartbeat } = start({ probe })
    state.silenceIsExpected = true
    await vi.advanceTimersByTimeAsync(30)
    if (how === 'stop') heartbeat.stop()
    else socket.bytesRead += 1
    fail(false)
    await vi.advanceTimersByTimeAsync(0)
    expect([socket.probes, socket.terminations]).toEqual([1, 0])
    heartbeat.stop()
  })
})

it('stop ends a probe that is on its way when an earlier one comes to its end late', async () => {
  const asked: AbortSignal[] = []
  const answers: ((answers: boolean) => void)[] = []
  const probe = (signal: AbortSignal) => {
    asked.push(signal)
    return new Promise<boolean>((resolve) => answers.push(resolve))
  }
  const { socket, state, heartbeat } = start({ probe })
  state.silenceIsExpected = true
  await vi.advanceTimersByTimeAsync(30)
  socket.bytesRead += 1
  await vi.advanceTimersByTimeAsync(40)
  answers[0]?.(false)
  await vi.advanceTimersByTimeAsync(0)
  heartbeat.stop()
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, true])
})

it('stop ends a probe that is on its way', async () => {
  let asked: AbortSignal | undefined
  const probe = (signal: AbortSignal) => {
    asked = signal
    return new Promise<boolean>(() => {})
  }
  const { state, heartbeat } = start({ probe })
  state.silenceIsExpected = true
  await vi.advanceTimersByTimeAsync(30)
  expect(asked?.aborted).toBe(false)
  heartbeat.stop()
  expect(asked?.aborted).toBe(true)
})

it('stop leaves no timer and sends nothing more', () => {
  const { socket, heartbeat } = start()
  heartbeat.stop()
  heartbeat.stop()
  vi.advanceTimersByTime(1_000)
  expect([socket.pings, socket.terminations]).toEqual([[], 0])
})
