import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bearerSubprotocol } from '../../../src/protocol/bearer.ts'

const prefix = 'base64url.bearer.authorization.k8s.io.'

test.each([
  ['secret', 'c2VjcmV0'],
  ['a', 'YQ'],
  ['~~~???', 'fn5-Pz8_'],
  ['é', 'w6k'],
])('%j', (token, encoded) => {
  expect(bearerSubprotocol(token)).toBe(prefix + encoded)
})

test('is what Node writes, and a token of RFC 2616, for any token', () => {
  const text = fc.uint8Array({ minLength: 1 }).map((bytes) => new TextDecoder().decode(bytes))
  fc.assert(
    fc.property(
      text.filter((token) => token !== ''),
      (token) => {
        const subprotocol = bearerSubprotocol(token)
        expect(subprotocol).toBe(prefix + Buffer.from(token).toString('base64url'))
        expect(subprotocol).toMatch(/^[\w.-]+$/)
      },
    ),
  )
})

test.each(['', '\ud800', 'x\udfff'])('refuses %j without showing it', (token) => {
  expect(() => bearerSubprotocol(token)).toThrow(new RangeError('the token is empty or no text'))
})

test('refuses what is no string', () => {
  expect(() => bearerSubprotocol(1 as unknown as string)).toThrow(TypeError)
})
