import { describe, expect, test } from 'vitest'
import { ConnectionError } from '../../../src/errors.ts'
import { JsonFields } from '../../../src/pods/json-fields.ts'

test('null and absent are the same, for every type', () => {
  for (const fields of [new JsonFields({ a: null }), new JsonFields(null), new JsonFields({})]) {
    expect(fields.has('a')).toBe(false)
    expect(fields.string('a')).toBe('')
    expect(fields.boolean('a')).toBe(false)
    expect(fields.integer('a')).toBe(0)
    expect(fields.time('a')).toBeNull()
    expect(fields.list('a')).toEqual([])
    expect(fields.strings('a')).toEqual([])
    expect(fields.stringMap('a')).toEqual({})
    expect(fields.fields('a').string('b')).toBe('')
  }
})

describe('a wrong type is told by its place, never by its value', () => {
  test.each<[unknown, string, (fields: JsonFields) => unknown]>([
    [{ a: 1 }, 'a of what the server sent is not a string', (fields) => fields.string('a')],
    [{ a: '' }, 'a of what the server sent is not there', (fields) => fields.required('a')],
    [{}, 'a of what the server sent is not there', (fields) => fields.required('a')],
    [{ a: '../b' }, "a of what the server sent is not a pod's name", (f) => f.name('a', 'pod')],
    [{ a: 'true' }, 'a of what the server sent is not a boolean', (fields) => fields.boolean('a')],
    [{ a: 1.5 }, 'a of what the server sent is not an integer', (fields) => fields.integer('a')],
    [{ a: 1e300 }, 'a of what the server sent is not an integer', (fields) => fields.integer('a')],
    [{ a: 'now' }, 'a of what the server sent is not a time', (fields) => fields.time('a')],
    [{ a: {} }, 'a of what the server sent is not a list', (fields) => fields.list('a')],
    [{ a: [1] }, 'a[0] of what the server sent is not an object', (fields) => fields.list('a')],
    [{ a: [1] }, 'a of what the server sent is not a list of strings', (f) => f.strings('a')],
    [{ a: [] }, 'a of what the server sent is not an object', (fields) => fields.fields('a')],
    [{ a: { b: 1 } }, 'a.b of what the server sent is not a string', (f) => f.stringMap('a')],
    [
      { a: [{ b: 'secret' }] },
      'a[0].b of what the server sent is not an integer',
      (fields) => fields.list('a')[0]?.integer('b'),
    ],
  ])('%j', (value, message, read) => {
    const fields = new JsonFields(value)
    expect(() => read(fields)).toThrow(ConnectionError)
    expect(() => read(fields)).toThrow(
      expect.objectContaining({ code: 'ERR_CONNECTION_FAILED', message }),
    )
  })

  test.each([[[]], ['text'], [1], [true]])('%j at the top', (value) => {
    expect(() => new JsonFields(value)).toThrow('what the server sent is not an object')
  })
})

test('names from Object.prototype are names', () => {
  const fields = new JsonFields(JSON.parse('{"__proto__":"a","constructor":"b"}'))
  expect([
    fields.string('__proto__'),
    fields.string('constructor'),
    fields.string('toString'),
  ]).toEqual(['a', 'b', ''])
  const map = new JsonFields(JSON.parse('{"m":{"__proto__":"a"}}')).stringMap('m')
  expect(Object.entries(map)).toEqual([['__proto__', 'a']])
})
