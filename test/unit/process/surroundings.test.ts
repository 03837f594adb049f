import { describe, expect, it } from 'vitest'
import { validEnvironment, validFolder } from '../../../src/process/surroundings.ts'

describe('a folder', () => {
  it.each(['/', '/a b', 'relative', '-', '~', '$HOME', '\n'])('%j', (cwd) => {
    expect(validFolder(cwd)).toBe(cwd)
  })

  it.each([
    ['', RangeError],
    ['a\0b', RangeError],
    ['/\ud800', RangeError],
    [7, TypeError],
    [null, TypeError],
    [new URL('file:///tmp'), TypeError],
  ])('is not %j', (cwd, error) => {
    expect(() => validFolder(cwd)).toThrow(error)
  })
})

describe('an environment', () => {
  it.each([[{}], [{ A: '', _b: 'x=y', C9: 'line\nline' }], [Object.create(null)]])('%j', (env) => {
    expect(validEnvironment(env)).toBe(env)
  })

  it.each([
    [null, TypeError],
    ['A=b', TypeError],
    [['A=b'], TypeError],
    [{ A: 1 }, TypeError],
    [{ A: undefined }, TypeError],
    [{ A: 'a\0b' }, RangeError],
    [{ A: '\udc00' }, RangeError],
    [{ '': 'x' }, RangeError],
    [{ '1A': 'x' }, RangeError],
    [{ 'A-B': 'x' }, RangeError],
    [{ 'A=B': 'x' }, RangeError],
    [{ 'A;id': 'x' }, RangeError],
    [{ 'A\n': 'x' }, RangeError],
    [{ PPID: '1' }, RangeError],
    [{ UID: '0' }, RangeError],
  ])('is not %j', (env, error) => {
    expect(() => validEnvironment(env)).toThrow(error)
  })

  it('has values that no error shows', () => {
    expect(() => validEnvironment({ A: 'hunter2\0' })).toThrow(/^env\["A"\] holds a NUL character$/)
  })
})
