import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { authorization, bearer } from '../../../src/auth/authorization.ts'

test('one header, which is not printed', () => {
  expect(bearer('s3cret')).toEqual({ headers: { Authorization: 'Bearer s3cret' } })
  const credential = authorization('Basic s3cret')
  expect(credential).toEqual({ headers: { Authorization: 'Basic s3cret' } })
  expect(inspect(credential) + JSON.stringify(credential)).not.toContain('s3cret')
})
