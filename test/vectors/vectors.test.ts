import { expect, test } from 'vitest'
import { negotiate } from '../../src/testing/negotiation.ts'
import { booleanParameter } from '../../src/testing/stream-request.ts'
import { forwardEvents } from './forward-channels.ts'
import type { Step } from './messages.ts'
import { podwire } from './podwire.ts'
import { SpdyReader } from './spdy.ts'
import { rowsOf } from './vectors.ts'

const kinds = Object.keys(podwire)

test.each(rowsOf(...kinds))('%s: %s', (id, _title, { input, expected }) => {
  const kind = id.split('/')[0] as keyof typeof podwire
  const answer = (podwire[kind] as (input: object) => unknown)(input)
  expect(answer).toEqual(expected)
})

test.each(rowsOf('streams'))('%s: %s, to the test server', (_id, _title, { input, expected }) => {
  const query = new URLSearchParams(input['query'] as string)
  const asked = ['stdin', 'stdout', 'stderr', 'tty'].map((name) => [
    name,
    booleanParameter(query, name),
  ])
  expect(Object.fromEntries(asked)).toEqual(expected)
})

/** What the test server has no part in: port-forward, and tokens, which are taken out before it chooses. */
const chosenByTestServer = rowsOf('negotiation').filter(([id]) => !/\/(forward|token)/.test(id))

test.each(chosenByTestServer)('%s: %s, of the test server', (_id, _title, { input, expected }) => {
  const [line] = input['lines'] as string[]
  const offered = line === undefined ? [] : line.split(',').map((name) => name.trim())
  const generation = input['server'] === 'raw' ? 'runtime' : 'api-server'
  const chosen = negotiate(offered, generation)
  expect(chosen === null ? { refused: 403 } : { chosen: chosen.subprotocol }).toEqual(expected)
})

test.each(rowsOf('forward'))('%s: %s', (_id, _title, { input, expected }) => {
  const { subprotocol, ports, steps } = input as {
    subprotocol: 'v4.channel.k8s.io'
    ports: number[]
    steps: Step[]
  }
  expect({ events: forwardEvents(subprotocol, ports, steps) }).toEqual(expected)
})

test.each(rowsOf('tunnel'))('%s: %s', async (_id, _title, { input, expected }) => {
  const reader = new SpdyReader()
  const frames: object[] = []
  for (const chunk of input['chunks'] as string[]) {
    frames.push(...(await reader.read(Buffer.from(chunk, 'hex'))))
  }
  expect({ frames }).toEqual(expected)
})
