import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TraceEvent } from '../../src/index.ts'
import { ConnectionLostError } from '../../src/index.ts'
import { formatTraceEvent, parseTrace } from '../../src/protocol/index.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

let t: TestCluster
beforeAll(async () => {
  t = await testCluster()
})
afterAll(() => t.server.close())

const sh = (script: string) => ['sh', '-c', script]

function recorder(sizes = false) {
  const lines: string[] = []
  const trace = (event: TraceEvent) => lines.push(`${formatTraceEvent(event, sizes)}\n`)
  return { trace, text: () => lines.join('') }
}

it('a session is recorded from its opening to its end, without the command', async () => {
  const { trace, text } = recorder()
  await t.pod.exec(sh('cat; echo secret-7 >&2; exit 3'), { stdin: 'hello', trace })
  const events = parseTrace(text())
  expect(events[0]).toMatchObject({
    type: 'open',
    subprotocol: 'v5.channel.k8s.io',
    request: { kind: 'exec', namespace: 'default', pod: 'web-0', stdin: true, tty: false },
  })
  const messages = events.filter((event) => event.type === 'message')
  expect(messages.map(({ direction, channel, size }) => [direction, channel, size])).toEqual(
    expect.arrayContaining([
      ['in', 1, 0],
      ['out', 0, 5],
      ['out', 255, 1],
      ['in', 1, 5],
      ['in', 2, 9],
      ['in', 3, expect.any(Number)],
    ]),
  )
  expect(events.at(-1)).toMatchObject({ type: 'end', code: 1000, error: null })
  expect(text().split('\n')[0]).not.toContain('secret-7')
  expect(text()).not.toContain(t.server.token)
})

it('a trace of sizes has no contents', async () => {
  const { trace, text } = recorder(true)
  await t.pod.exec(['echo', 'secret-8'], { trace })
  expect(text()).toContain('"channel":1,"size":9}')
  expect(text()).not.toContain('bytes')
})

it('spawn takes one too', async () => {
  const { trace, text } = recorder()
  const remote = await t.pod.spawn(['true'], { trace })
  await remote.exit
  expect(parseTrace(text()).map(({ type }) => type)).toContain('end')
})

it.each([
  ['a function only', 'out.jsonl'],
  ['no stream', process.stdout],
])('%s', async (_name, trace) => {
  await expect(t.pod.exec(['true'], { trace: trace as never })).rejects.toThrow(
    'trace must be a function',
  )
})

it('the server replays a trace: the bug report is the test', async () => {
  const recorded = recorder()
  const options = { stdin: 'a b c', trace: recorded.trace }
  const before = await t.pod.exec(sh('wc -w; echo late >&2; exit 9'), options)
  t.server.setFault({ kind: 'replay', trace: recorded.text() })
  const after = await t.pod.exec(['anything'], { stdin: 'x y z' })
  expect(after).toEqual({ ...before })

  await expect(t.pod.exec(['anything'])).rejects.toMatchObject({ httpStatus: 400 })
  t.server.setFault({ kind: 'replay', trace: 'no trace' })
  await expect(t.pod.exec(['anything'])).rejects.toThrow('line 1 of the trace is not an event')
  t.server.setFault(null)
})

it('and its end as it was', async () => {
  const recorded = recorder()
  t.server.setFault({ kind: 'cut', afterBytes: 3 })
  const before = t.pod.exec(sh('printf abcdef'), { trace: recorded.trace })
  await expect(before).rejects.toBeInstanceOf(ConnectionLostError)
  t.server.setFault({ kind: 'replay', trace: recorded.text() })
  const again = t.pod.exec(['anything'], { reject: false })
  expect(await again).toMatchObject({ stdout: 'abc', exitCode: null, error: { closeCode: 1006 } })
  t.server.setFault(null)
})
