import { describe, expect, it } from 'vitest'
import {
  validBackgroundOptions,
  validCallOptions,
  validId,
  validListOptions,
  validLogOptions,
  validStartOptions,
  validStopOptions,
} from '../../../src/background/options.ts'

describe('an id', () => {
  it.each(['a', 'A.b_c-1', '9', 'x'.repeat(63)])('%j', (id) => {
    expect(validId(id)).toBe(id)
  })

  it.each([
    ['', RangeError],
    ['.', RangeError],
    ['..', RangeError],
    ['-a', RangeError],
    ['a/b', RangeError],
    ['a b', RangeError],
    ['a\n', RangeError],
    ['ä', RangeError],
    ['x'.repeat(64), RangeError],
    [7, TypeError],
    [undefined, TypeError],
  ])('is not %j', (id, error) => {
    expect(() => validId(id)).toThrow(error)
  })
})

describe('options', () => {
  it.each([
    ['background', () => validBackgroundOptions({ stateDirectory: '/a b', onStatus: () => {} })],
    ['list', () => validListOptions({ container: 'app' })],
    ['start', () => validStartOptions({ cwd: 'x', env: { A: '' }, output: 'container' })],
    ['stop', () => validStopOptions({ grace: 0, signal: AbortSignal.abort() })],
    ['logs', () => validLogOptions({ follow: true })],
    ['wait', () => validCallOptions('wait', {})],
  ])('of %s', (_name, check) => {
    expect(check).not.toThrow()
  })

  const wrong: [unknown, unknown, ErrorConstructor][] = [
    [validBackgroundOptions, { onStatus: 'x' }, TypeError],
    [validBackgroundOptions, { stateDirectory: 7 }, TypeError],
    [validBackgroundOptions, { stateDirectory: 'relative' }, RangeError],
    [validBackgroundOptions, { stateDirectory: '/a\nb' }, RangeError],
    [validBackgroundOptions, { cwd: '/' }, TypeError],
    [validListOptions, { onStatus: () => {} }, TypeError],
    [validStartOptions, { output: 'elsewhere' }, RangeError],
    [validStartOptions, { cwd: '' }, RangeError],
    [validStartOptions, { env: { 'A B': '' } }, RangeError],
    [validStartOptions, { stateDirectory: '/' }, TypeError],
    [validStopOptions, { grace: -1 }, RangeError],
    [validStopOptions, { grace: 600_001 }, RangeError],
    [validStopOptions, { grace: '1' }, TypeError],
    [validLogOptions, { follow: 1 }, TypeError],
    [validLogOptions, { signal: 1 }, TypeError],
    [validLogOptions, null, TypeError],
  ]
  it.each(wrong)('%o refuses %j', (check, options, error) => {
    expect(() => (check as (options: unknown) => void)(options)).toThrow(error)
  })
})
