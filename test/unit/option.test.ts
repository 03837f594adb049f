import { describe, expect, it } from 'vitest'
import { checkSignal, knownKeys, optionalBoolean, wholeNumber } from '../../src/option.ts'

describe('the words', () => {
  it('name what an object may hold', () => {
    for (const value of [null, 'x', []]) {
      expect(() => knownKeys('tls', value, ['ca', 'cert'])).toThrow(
        'tls takes an object with ca, cert',
      )
    }
  })

  it('name the option that there is not, and those that there are', () => {
    expect(() => knownKeys('exec', { verfy: 1 }, ['verify', 'check'])).toThrow(
      "exec has no option 'verfy'; it has verify, check",
    )
  })

  it('name the number, its borders and what it was', () => {
    expect(() => wholeNumber('timeout', 0, 1, 9)).toThrow(
      'timeout must be an integer from 1 to 9, not 0',
    )
    expect(() => wholeNumber('timeout', '5', 1)).toThrow('timeout must be a number')
    expect(wholeNumber('timeout', 9, 1, 9)).toBe(9)
  })

  it('name the boolean', () => {
    expect(() => optionalBoolean('check', 'yes')).toThrow('check must be a boolean')
    expect([optionalBoolean('check', undefined), optionalBoolean('check', false)]).toEqual([
      undefined,
      false,
    ])
  })
  it('name the signal, which may come from another realm', () => {
    for (const value of [null, 'x', {}]) {
      expect(() => checkSignal(value as never)).toThrow('signal must be an AbortSignal')
    }
    checkSignal(undefined)
    checkSignal({ addEventListener: () => {} } as never)
  })
})
