import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Parsed } from '../../../src/transport/proxy-answer.ts'
import { readAnswer, readWords } from '../../../src/transport/proxy-answer.ts'

/** Our end, and the proxy's. */
function pair(): [Socket, Duplex] {
  const [ours, theirs] = duplexPair()
  return [ours as Socket, theirs]
}

/** Four bytes; an `!` among them is an error. */
function four(bytes: Buffer): Parsed<string> | null {
  const text = bytes.toString('latin1', 0, 4)
  if (text.includes('!')) throw new Error('bang')
  return text.length < 4 ? null : { value: text, length: 4 }
}

/** The other side of a pair listens for the end by itself. */
const listeners = (socket: Socket) =>
  ['readable', 'error', 'close'].map((event) => socket.listenerCount(event))

describe('readAnswer', () => {
  test('takes what it needs and leaves the rest, in however many pieces', async () => {
    for (let at = 1; at < 12; at++) {
      const [ours, theirs] = pair()
      const before = listeners(ours)
      const text = 'abcdefghijkl'
      theirs.write(text.slice(0, at))
      setImmediate(() => theirs.end(text.slice(at)))
      expect(await readAnswer(ours, four)).toBe('abcd')
      expect(await readAnswer(ours, four)).toBe('efgh')
      expect(listeners(ours)).toEqual(before)
      let rest = ''
      for await (const chunk of ours) rest += chunk
      expect(rest).toBe('ijkl')
    }
  })

  test('an end in the middle', async () => {
    const [ours, theirs] = pair()
    theirs.end('abc')
    await expect(readAnswer(ours, four)).rejects.toThrow('closed the connection instead')
  })

  test('an end that was there before', async () => {
    const [ours, theirs] = pair()
    theirs.end('abcd')
    expect(await readAnswer(ours, four)).toBe('abcd')
    await new Promise((resolve) => setTimeout(resolve, 10))
    await expect(readAnswer(ours, four)).rejects.toThrow('closed the connection instead')
  })

  test('a destroyed socket', async () => {
    const [ours] = pair()
    ours.destroy()
    await expect(readAnswer(ours, four)).rejects.toThrow('closed the connection instead')
  })

  test('an error of the socket', async () => {
    const [ours] = pair()
    ours.on('error', () => {})
    const reading = readAnswer(ours, four)
    ours.destroy(new Error('reset'))
    await expect(reading).rejects.toThrow('reset')
  })

  test('what parse throws', async () => {
    const [ours, theirs] = pair()
    theirs.write('a!')
    await expect(readAnswer(ours, four)).rejects.toThrow('bang')
    expect(ours.listenerCount('readable')).toBe(0)
  })
})

describe('readWords', () => {
  test('until the end', async () => {
    const [ours, theirs] = pair()
    theirs.write('one ')
    setImmediate(() => theirs.end('two'))
    expect(String(await readWords(ours, 100, 2_000))).toBe('one two')
  })

  test('as much as is wanted', async () => {
    const [ours, theirs] = pair()
    theirs.write('x'.repeat(200))
    expect((await readWords(ours, 100, 2_000)).length).toBe(100)
  })

  test('nothing, when nothing is wanted', async () => {
    expect((await readWords(pair()[0], 0, 2_000)).length).toBe(0)
  })

  test('as long as there is patience', async () => {
    const [ours, theirs] = pair()
    theirs.write('so far')
    expect(String(await readWords(ours, 100, 20))).toBe('so far')
    expect(ours.listenerCount('readable')).toBe(0)
  })
})
