import { expect, it } from 'vitest'
import type { LogEntry } from '../../../src/testing/container-log.ts'
import { ContainerLog } from '../../../src/testing/container-log.ts'

const text = (entries: readonly LogEntry[]) =>
  Buffer.concat(entries.map(({ bytes }) => bytes)).toString()

it('tails lines', () => {
  const log = new ContainerLog('a\nb\nc\n')
  const tails = [undefined, 0, 1, 2, 9].map((lines) => text(log.read(lines)))
  expect(tails).toEqual(['a\nb\nc\n', '', 'c\n', 'b\nc\n', 'a\nb\nc\n'])
})

it('knows where lines begin', () => {
  const log = new ContainerLog('a\nb')
  log.append(Buffer.from('c\nd'))
  expect(log.read().map(({ bytes, startsLine }) => [String(bytes), startsLine])).toEqual([
    ['a\n', true],
    ['b', true],
    ['c\n', false],
    ['d', true],
  ])
  expect(text(log.read(2))).toBe('bc\nd')
})

it('forgets what is older than wanted', () => {
  const log = new ContainerLog('a\n')
  expect(text(log.read(undefined, new Date(Date.now() + 60_000)))).toBe('')
  expect(text(log.read(undefined, new Date(0)))).toBe('a\n')
})

it('grows, to a MiB, and is followed to its end', () => {
  const log = new ContainerLog('x')
  const seen: string[] = []
  const write = ({ bytes }: LogEntry) => seen.push(String(bytes))
  const stop = log.follow({ write, end: () => seen.push('end') })
  log.append(Buffer.from('one'))
  log.end()
  expect(log.ended).toBe(true)
  stop()
  log.append(Buffer.alloc(1024 * 1024, 'y'))
  expect(seen).toEqual(['one', 'end'])
  expect(text(log.read()).length).toBe(1024 * 1024)
})
