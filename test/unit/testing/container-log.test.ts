import { expect, it } from 'vitest'
import { ContainerLog } from '../../../src/testing/container-log.ts'

it('tails lines', () => {
  const log = new ContainerLog('a\nb\nc\n')
  const tails = [undefined, 0, 1, 2, 9].map((lines) => log.read(lines).toString())
  expect(tails).toEqual(['a\nb\nc\n', '', 'c\n', 'b\nc\n', 'a\nb\nc\n'])
})

it('grows, to a MiB, and is followed', () => {
  const log = new ContainerLog('x')
  const seen: string[] = []
  const stop = log.follow((output) => seen.push(String(output)))
  log.append(Buffer.from('one'))
  stop()
  log.append(Buffer.alloc(1024 * 1024, 'y'))
  expect(seen).toEqual(['one'])
  expect(log.read().length).toBe(1024 * 1024)
})
