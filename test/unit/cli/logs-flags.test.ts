import { expect, it } from 'vitest'
import type { LogFlags } from '../../../src/cli/logs-flags.ts'
import { logOptions } from '../../../src/cli/logs-flags.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

it.each<[LogFlags, object]>([
  [{}, {}],
  [{ tail: -1 }, {}],
  [{ tail: 0 }, { tailLines: 0 }],
  [{ selector: 'a=b' }, { tailLines: 10 }],
  [{ selector: 'a=b', tail: -1 }, {}],
  [{ selector: 'a=b', tail: 3 }, { tailLines: 3 }],
  [{ since: 90_000 }, { sinceSeconds: 90 }],
  [{ since: 1_400 }, { sinceSeconds: 1 }],
  [{ since: 1 }, { sinceSeconds: 1 }],
  [{ since: 0, 'limit-bytes': 0 }, {}],
  [{ 'limit-bytes': 5 }, { limitBytes: 5 }],
  [{ 'since-time': '2026-01-01T00:00:00+01:00' }, { sinceTime: new Date('2025-12-31T23:00:00Z') }],
  [
    { follow: true, previous: true, timestamps: true },
    { follow: true, previous: true, timestamps: true },
  ],
])('%j', (flags, expected) => {
  expect(logOptions(flags)).toEqual(expected)
})

it.each<[LogFlags, string]>([
  [{ tail: -2 }, '--tail'],
  [{ since: -1 }, '--since'],
  [{ 'limit-bytes': -1 }, '--limit-bytes'],
  [{ 'since-time': 'yesterday' }, '--since-time'],
  [{ 'since-time': '2026-13-01T00:00:00Z' }, '--since-time'],
  [{ since: 1, 'since-time': '2026-01-01T00:00:00Z' }, 'at most one of'],
])('%j is refused', (flags, words) => {
  expect(() => logOptions(flags)).toThrow(UsageError)
  expect(() => logOptions(flags)).toThrow(words)
})
