import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { missingGo } from '../conformance/go-programs.ts'
import { fuzzFrames } from '../fuzz/frames.ts'
import { Random } from '../fuzz/random.ts'
import { SecondImplementation } from '../fuzz/second.ts'
import type { SessionInput } from '../fuzz/session-input.ts'
import { checkSession, fuzzSessions } from '../fuzz/sessions.ts'
import { fuzzTexts } from '../fuzz/texts.ts'

const minutes = Number(process.env['PODWIRE_FUZZ_MINUTES'] ?? 1)
const seed = Number(process.env['PODWIRE_SEED'] ?? Date.now() % 2 ** 31)
/** Each kind of input has a quarter of the time. */
const share = (minutes * 60_000) / 4
const timeout = share + 60_000

const folder = mkdtempSync(join(tmpdir(), 'podwire-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs one kind for its time; each round has a seed of its own, which is told when it fails. */
async function fuzz(name: string, round: (random: Random) => number | Promise<number>) {
  const start = performance.now()
  let count = 0
  for (let number = seed; performance.now() - start < share; number++) {
    try {
      count += await round(new Random(number))
    } catch (error) {
      throw new Error(`PODWIRE_SEED=${number}: ${(error as Error).message}`, { cause: error })
    }
  }
  const seconds = (performance.now() - start) / 1000
  const rate = Math.round(count / seconds)
  process.stdout.write(`fuzz: ${count} ${name}, ${rate} a second, seed ${seed}\n`)
  expect(count).toBeGreaterThan(0)
}

const corpus: readonly SessionInput[] = JSON.parse(
  readFileSync(new URL('../../fixtures/corpus/sessions.json', import.meta.url), 'utf8'),
)

describe('fuzzing', () => {
  it('what was found before', () => {
    for (const input of corpus) checkSession(input)
    expect(corpus.length).toBeGreaterThan(0)
  })

  it('frames', () => fuzz('frames', fuzzFrames), timeout)

  it('sessions', () => fuzz('messages of sessions', fuzzSessions), timeout)

  it('texts', () => fuzz('texts', fuzzTexts), timeout)

  const missing = missingGo()
  const because = missing === null ? '' : `: skipped, ${missing}`
  it.skipIf(missing !== null)(
    `the second implementation${because}`,
    async () => {
      const second = new SecondImplementation(folder)
      try {
        await second.compare(corpus)
        await fuzz('messages understood alike', (random) => second.fuzz(random))
      } finally {
        second.close()
      }
    },
    timeout,
  )
})
