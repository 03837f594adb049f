import { Readable } from 'node:stream'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { Interruption } from '../../../src/cli/interruption.ts'
import { LogLines } from '../../../src/cli/log-output.ts'
import type { LogStream } from '../../../src/index.ts'

const written: Uint8Array[] = []
const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
  written.push(chunk as Uint8Array)
  return true
})
afterEach(() => {
  written.length = 0
})

afterAll(() => stdout.mockRestore())

type Log = readonly [prefix: string, ...chunks: readonly string[]]

/** What is printed of some logs, one chunk of each after the other where they are followed. */
async function printed(follow: boolean, ...logs: readonly Log[]): Promise<string> {
  const errors = process.stdout.listeners('error')
  await Interruption.during(async (interruption) => {
    const lines = new LogLines(interruption)
    const print = async ([prefix, ...chunks]: Log) => {
      const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk, 'latin1')))
      await lines.print({ stream } as LogStream, prefix)
    }
    if (follow) await Promise.all(logs.map(print))
    else for (const log of logs) await print(log)
    return 0
  })
  for (const listener of process.stdout.listeners('error')) {
    if (!errors.includes(listener)) process.stdout.off('error', listener as () => void)
  }
  return Buffer.concat(written).toString('latin1')
}

it('puts the prefix in front of each line, wherever its chunks end', async () => {
  expect(await printed(false, ['> ', 'a\nb', 'c', '\n\nd\xe9'])).toBe('> a\n> bc\n> \n> d\xe9')
})

it('keeps a line of one log in one piece while there are others', async () => {
  const text = await printed(true, ['1 ', 'a', 'b', 'c\n'], ['2 ', 'd', 'e', 'f\n'])
  expect(text.split('\n').sort()).toEqual(['', '1 abc', '2 def'])
})

it('ends a line that has no end before that of another log', async () => {
  expect(await printed(false, ['', 'a'], ['', 'b'])).toBe('a\nb')
  written.length = 0
  expect(await printed(false, ['1 ', 'a'], ['2 ', 'b\n'])).toBe('1 a\n2 b\n')
})

it('does not cut a line that is too long to be kept', async () => {
  const piece = 'x'.repeat(700_000)
  expect(await printed(false, ['> ', piece, piece, piece, 'y\nz'])).toBe(
    `> ${piece.repeat(3)}y\n> z`,
  )
  expect(stdout.mock.calls.length).toBeGreaterThan(1)
})
