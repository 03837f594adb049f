import { expect, test } from 'vitest'
import { printableHint } from '../../../src/auth/install-hint.ts'

test.each([
  ['see https://example.org\n\tand: do it', 'see https://example.org\n\tand: do it'],
  ['ünï 漢字 €', 'ünï 漢字 €'],
  ['a\u001b[31mb', 'aU+001B[31mb'],
  ['\u0000\u0007\u007f', 'U+0000U+0007U+007F'],
  ['a\u202eb\u200bc', 'aU+202EbU+200Bc'],
])('%j', (hint, shown) => {
  expect(printableHint(hint)).toBe(shown)
})

test('is bounded', () => {
  expect(printableHint('a'.repeat(1_000_000)).length).toBeLessThan(10_000)
})
