import { expect, it } from 'vitest'
import { StdinPipe } from '../../../src/testing/stdin-pipe.ts'

it('a write is done when it has been taken', async () => {
  const pipe = new StdinPipe()
  let done = false
  const written = pipe.write(Buffer.from('ab'))?.then(() => {
    done = true
  })
  await new Promise(setImmediate)
  expect(done).toBe(false)
  expect(String(pipe.readable.read())).toBe('ab')
  await written
  expect(done).toBe(true)
})

it('ends once, and drops what comes later', async () => {
  const pipe = new StdinPipe()
  pipe.end()
  pipe.end()
  expect(pipe.write(Buffer.from('late'))).toBeUndefined()
  const chunks = []
  for await (const chunk of pipe.readable) chunks.push(chunk)
  expect(chunks).toEqual([])
})

it('counts what nobody read', async () => {
  const pipe = new StdinPipe()
  const written = pipe.write(Buffer.from('abc'))
  pipe.abandon()
  await written
  const changed = pipe.changed()
  expect(pipe.write(Buffer.from('de'))).toBeUndefined()
  await changed
  expect(pipe.unread).toBe(5)
})
