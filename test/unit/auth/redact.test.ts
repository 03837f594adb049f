import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { redact } from '../../../src/auth/redact.ts'

const secret = redact(
  { user: 'bob', password: 'hunter22', unset: undefined as string | undefined },
  ['password', 'unset'],
)

describe('hidden', () => {
  test.each([
    ['inspect', inspect(secret)],
    ['inspect, deep inside', inspect({ a: [{ b: new Map([['c', secret]]) }] }, { depth: 20 })],
    ['JSON', JSON.stringify({ secret })],
    ['a template', `${secret}`],
    ['%o and %j', inspect(secret, { showHidden: true })],
  ])('from %s', (_name, shown) => {
    expect(shown).not.toContain('hunter22')
  })

  test('the rest is shown', () => {
    expect(JSON.parse(JSON.stringify(secret))).toEqual({ user: 'bob', password: '[redacted]' })
  })
})

describe('still an ordinary object', () => {
  test('to read and to spread', () => {
    expect(secret.password).toBe('hunter22')
    expect({ ...secret }).toEqual({ user: 'bob', password: 'hunter22', unset: undefined })
  })

  test('to clone', () => {
    expect(structuredClone(secret).password).toBe('hunter22')
  })
})
