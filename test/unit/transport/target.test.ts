import { expect, test } from 'vitest'
import { addressOf } from '../../../src/transport/target.ts'

test.each([
  ['api.example', 'api.example:6443'],
  ['10.0.0.1', '10.0.0.1:6443'],
  ['fd00::1', '[fd00::1]:6443'],
])('%s', (hostname, expected) => {
  expect(addressOf({ hostname, port: 6443 })).toBe(expected)
})
