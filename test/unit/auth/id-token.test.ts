import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { usableUntil } from '../../../src/auth/id-token.ts'

const encode = (text: string) => Buffer.from(text).toString('base64url')
const jwt = (claims: string) => `${encode('{}')}.${encode(claims)}.sig`

test.each([
  ['{"exp":1000}', 990_000],
  ['{"exp":1000.5}', 990_500],
  ['{"exp":1e300}', 8.64e15 - 10_000],
  ['{}', 0],
  ['{"exp":"1000"}', 0],
])('%s', (claims, time) => {
  expect(+usableUntil(jwt(claims))).toBe(time)
})

test.each(['', 's3cret', 'a.b', `a.${encode('{"a":"s3cret')}.c`, jwt('1'), jwt('null')])(
  '%s is no JWT, and not shown',
  (token) => {
    let error: unknown
    try {
      usableUntil(token)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'ERR_CREDENTIALS_INVALID' })
    expect(inspect(error, { depth: 20 }).replaceAll(import.meta.url, '')).not.toContain('s3cret')
  },
)
