import { describe, expect, test } from 'vitest'
import { impersonationHeaders } from '../../../src/auth/impersonation.ts'
import { AuthError } from '../../../src/errors.ts'

test('nobody', () => {
  expect(impersonationHeaders(undefined)).toEqual({})
})

test('a group is a line of its own', () => {
  expect(
    impersonationHeaders({ user: 'bob', uid: '7', groups: ['a', 'b,c'], extra: { k: ['1', '2'] } }),
  ).toEqual({
    'Impersonate-User': 'bob',
    'Impersonate-Uid': '7',
    'Impersonate-Group': ['a', 'b,c'],
    'Impersonate-Extra-k': ['1', '2'],
  })
})

test('empty lists send nothing', () => {
  expect(impersonationHeaders({ user: 'bob', uid: '', groups: [], extra: { k: [] } })).toEqual({
    'Impersonate-User': 'bob',
  })
})

test('values go out in UTF-8, as from Go', () => {
  const headers = impersonationHeaders({ user: 'jürgen', groups: ['日本'], extra: { k: ['é'] } })
  const sent = Object.values(headers).flat()
  expect(sent.map((value) => Buffer.from(value, 'latin1').toString('utf8'))).toEqual([
    'jürgen',
    '日本',
    'é',
  ])
})

// Recorded from client-go; the server puts the names in lower case before it reads them.
test.each([
  ['test.example.com/thing.thing%20x', 'test.example.com%2fthing.thing%2520x'],
  ['Foo Bar', 'foo%20bar'],
  ['ünï', '%c3%bcn%c3%af'],
  ['(x)', '%28x%29'],
  ['a:b', 'a%3ab'],
  ['', ''],
  ['__proto__', '__proto__'],
  ["!#$&'*+-.^_`|~", "!#$&'*+-.^_`|~"],
])('the key %j', (key, escaped) => {
  const extra = Object.fromEntries([[key, ['v']]])
  expect(Object.keys(impersonationHeaders({ user: 'bob', extra }))).toEqual([
    'Impersonate-User',
    `Impersonate-Extra-${escaped}`,
  ])
})

test('keys that differ in case alone lose no value', () => {
  const headers = impersonationHeaders({ user: 'bob', extra: { foo: ['1'], Foo: ['2'] } })
  expect(headers['Impersonate-Extra-foo']).toEqual(['1', '2'])
})

describe('refused', () => {
  test.each([
    ['a uid without user', { user: '', uid: '7' }],
    ['groups without user', { user: '', groups: ['a'] }],
    ['extra without user', { user: '', extra: { a: ['b'] } }],
    ['a line break in the user', { user: 'bob\r\nImpersonate-Group: system:masters' }],
    ['a line break in a group', { user: 'bob', groups: ['a\nb'] }],
    ['a value with half a character', { user: 'bob', extra: { a: ['\ud83d'] } }],
  ])('%s', (_name, impersonate) => {
    expect(() => impersonationHeaders(impersonate)).toThrow(AuthError)
    expect(() => impersonationHeaders(impersonate)).not.toThrow(/masters/)
  })
})
