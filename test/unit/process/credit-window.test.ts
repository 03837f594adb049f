import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CreditWindow } from '../../../src/process/credit-window.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

function open(window?: number) {
  const pings: string[] = []
  return { credit: new CreditWindow(window, (payload) => pings.push(payload)), pings }
}

describe('pings', () => {
  it('go out every 128 KiB and carry the bytes sent so far', () => {
    const { credit, pings } = open(mebibyte)
    for (let i = 0; i < 12; i++) credit.sent(32 * kibibyte)
    expect(pings).toEqual(['131072', '262144', '393216'])
  })

  it('go out four times per window when it is small', () => {
    const { credit, pings } = open(1000)
    for (let i = 0; i < 10; i++) credit.sent(100)
    // 300 is the first multiple of 100 over a quarter; the window is full at 1000.
    expect(pings).toEqual(['300', '600', '900', '1000'])
  })

  it('go out whenever the window is full, else nothing would ever open it again', () => {
    const { credit, pings } = open(1)
    credit.sent(1)
    expect([pings, credit.credit]).toEqual([['1'], 0])
  })

  it('are not repeated for the same bytes', () => {
    const { credit, pings } = open(mebibyte)
    credit.ask()
    credit.sent(5)
    credit.ask()
    credit.ask()
    expect(pings).toEqual(['5'])
  })

  it('of somebody else count as well', () => {
    const { credit, pings } = open(mebibyte)
    credit.sent(5)
    expect(credit.pingPayload).toBe('5')
    credit.ask()
    expect(pings).toEqual([])
    expect(credit.pong('5')).toBe(true)
    expect(credit.acknowledged).toBe(5)
  })
})

describe('credit', () => {
  it('is what of the window is not on its way', () => {
    const { credit } = open(100)
    expect([credit.credit, credit.unacknowledged, credit.acknowledged]).toEqual([100, 0, 0])
    credit.sent(70)
    expect([credit.credit, credit.unacknowledged, credit.acknowledged]).toEqual([30, 70, 0])
    credit.pong('70')
    expect([credit.credit, credit.unacknowledged, credit.acknowledged]).toEqual([100, 0, 70])
  })

  it('stays below zero after a byte too much, as the end of a terminal is', () => {
    const { credit } = open(1)
    credit.sent(1)
    credit.sent(1)
    expect(credit.credit).toBe(-1)
    expect(credit.pong('2')).toBe(true)
    expect(credit.credit).toBe(1)
  })
})

describe('a peer that does not answer', () => {
  it('is found out by a ping in front of everything', () => {
    const { credit, pings } = open(mebibyte)
    credit.open()
    expect([pings, credit.answered]).toEqual([['0'], false])
    expect([credit.pong('0'), credit.answered]).toEqual([false, true])
  })

  it('has no window once it is lifted, until it answers', () => {
    const { credit } = open(100)
    credit.sent(100)
    credit.lift()
    expect(credit.credit).toBe(Infinity)
    credit.sent(900)
    expect(credit.unacknowledged).toBe(1000)
    credit.pong('100')
    expect(credit.credit).toBe(-800)
  })
})

describe('a window that nobody chose', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** The credit when nothing is on its way, after so many milliseconds of round trip and MiB of receipts. */
  function creditAfter(roundTrip: number, mebibytes: number, window?: number) {
    const credit = new CreditWindow(window, () => {})
    credit.open()
    vi.advanceTimersByTime(roundTrip)
    credit.pong('0')
    // Only the first answer is about the way alone.
    vi.advanceTimersByTime(10_000)
    for (let sent = 1; sent <= mebibytes; sent += 1) {
      credit.sent(mebibyte)
      credit.pong(String(sent * mebibyte))
    }
    return credit.credit
  }

  it.each([
    ['1 MiB at first, however long the way', 100, 0, mebibyte],
    ['1 MiB on no way at all', 0, 100, mebibyte],
    ['as much more as the way holds', 10, 100, mebibyte + 3_200_000],
    ['and no more than was taken', 100, 3, 4 * mebibyte],
    ['16 MiB at most', 1_000, 100, 16 * mebibyte],
  ])('is %s', (_name, roundTrip, mebibytes, expected) => {
    expect(creditAfter(roundTrip, mebibytes)).toBe(expected)
  })

  it('one that was chosen stays as it is', () => {
    expect(creditAfter(100, 100, 5)).toBe(5)
  })
})

describe('a pong that is no receipt is ignored', () => {
  it.each([
    ['empty', ''],
    ['not a number', 'garbage'],
    ['negative', '-5'],
    ['a fraction', '1.5'],
    ['hexadecimal', '0x10'],
    ['an exponent', '1e2'],
    ['with spaces', ' 10 '],
    ['with a line break', '10\n'],
    ['for more than was sent', '101'],
    ['far too large', '9007199254740993'],
    ['longer than any number', '1'.repeat(125)],
    ['of other digits', '١٢'],
    ['for nothing', '0'],
  ])('%s', (_name, payload) => {
    const { credit } = open(mebibyte)
    credit.sent(100)
    credit.ask()
    expect(credit.pong(payload)).toBe(false)
    expect(credit.acknowledged).toBe(0)
  })

  it('for bytes that no ping has told of yet', () => {
    const { credit } = open(mebibyte)
    credit.sent(100)
    expect(credit.pong('100')).toBe(false)
  })

  it('repeated, or older than another', () => {
    const { credit } = open(1000)
    credit.sent(300)
    credit.sent(300)
    expect(credit.pong('600')).toBe(true)
    expect([credit.pong('600'), credit.pong('300')]).toEqual([false, false])
    expect(credit.acknowledged).toBe(600)
  })
})

it('no sequence of honest and hostile pongs opens more than the window', () => {
  const step = fc.oneof(
    fc.record({ send: fc.integer({ min: 1, max: 64 }) }),
    fc.record({ pong: fc.oneof(fc.nat(5000).map(String), fc.string({ maxLength: 4 })) }),
    fc.constant('honest' as const),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(step), (window, steps) => {
      const { credit, pings } = open(window)
      let sent = 0
      for (const next of steps) {
        const before = credit.acknowledged
        if (next === 'honest') credit.pong(pings.at(-1) ?? '')
        else if ('pong' in next) credit.pong(next.pong)
        else if (credit.credit > 0) {
          const bytes = Math.min(next.send, credit.credit)
          sent += bytes
          credit.sent(bytes)
        }
        expect(credit.acknowledged).toBeGreaterThanOrEqual(before)
        expect(credit.acknowledged).toBeLessThanOrEqual(sent)
        expect(credit.unacknowledged).toBeLessThanOrEqual(window)
        // A full window always has a ping on its way for all of it.
        if (credit.credit === 0) expect(pings.at(-1)).toBe(String(sent))
      }
    }),
  )
})
