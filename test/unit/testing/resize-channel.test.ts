import { expect, it } from 'vitest'
import { ResizeChannel } from '../../../src/testing/resize-channel.ts'

async function sizes(channel: ResizeChannel) {
  channel.end()
  const seen = []
  for await (const size of channel.sizes) seen.push(size)
  return seen
}

it("follows Go's rules", async () => {
  const channel = new ResizeChannel(true, true)
  const texts = [
    '{"Width":80,"Height":24}',
    '{"width":81,"HEIGHT":25}\n',
    '{"Width":0,"Height":24}',
    '',
  ]
  for (const text of texts) expect(channel.write(Buffer.from(text))).toBeUndefined()
  expect(await sizes(channel)).toEqual([
    { columns: 80, rows: 24 },
    { columns: 81, rows: 25 },
  ])
})

it.each([
  ['nonsense'],
  ['[]'],
  ['{"Width":65536,"Height":1}'],
  ['{"Width":-1}'],
  ['{"Width":1.5}'],
])('after %j the next one blocks', (text) => {
  const channel = new ResizeChannel(true, false)
  expect(channel.write(Buffer.from(text))).toBeUndefined()
  expect(channel.write(Buffer.from('{"Width":80,"Height":24}'))).toBeInstanceOf(Promise)
})

it('without a tty the translator blocks at the second, the runtime never', () => {
  const size = Buffer.from('{"Width":80,"Height":24}')
  const translated = new ResizeChannel(false, true)
  expect(translated.write(size)).toBeUndefined()
  expect(translated.write(size)).toBeInstanceOf(Promise)
  const raw = new ResizeChannel(false, false)
  expect([raw.write(size), raw.write(size), raw.write(size)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
