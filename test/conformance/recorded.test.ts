import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Subprotocol } from '../../src/protocol/index.ts'
import { subprotocols } from '../../src/protocol/index.ts'
import type { Recording } from '../support/recording.ts'
import type { ConformanceServer, Generation } from './conformance-server.ts'
import { startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'
import type { RecordedSession } from './recorder.ts'
import { record } from './recorder.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

/** `npm run record` writes the fixtures anew instead of comparing them. */
const writes = process.env['PODWIRE_RECORD'] === '1'
const fixture = new URL('../../fixtures/frames/conformance.json', import.meta.url)

let server: ConformanceServer
let committed: readonly Recording[]
const recorded: Recording[] = []
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
  committed = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Recording[]
}, buildTimeout)
afterAll(async () => {
  await server?.close()
  if (writes) writeFileSync(fixture, `${JSON.stringify(recorded, null, 2)}\n`)
})

const sh = (script: string): [string, string][] => [
  ['command', 'sh'],
  ['command', '-c'],
  ['command', script],
]
const stdout: [string, string] = ['stdout', 'true']
const stderr: [string, string] = ['stderr', 'true']
const stdin: [string, string] = ['stdin', 'true']
const bytes = (channel: number, text: string) =>
  Buffer.concat([Buffer.of(channel), Buffer.from(text)])

function sessionsOf(generation: Generation, subprotocol: Subprotocol): RecordedSession[] {
  const named = (name: string) => `${name}, /${generation}, ${subprotocol}`
  const common = { generation, subprotocol }
  // Its text names the exec by a random id, which base64 hides.
  const unknown: RecordedSession = {
    ...common,
    name: named('no such command'),
    query: [['command', 'nope'], stdout],
  }
  return [
    { ...common, name: named('success'), query: [...sh('echo out'), stdout] },
    { ...common, name: named('exit code 3'), query: [...sh('echo out; exit 3'), stdout] },
    { ...common, name: named('killed by a signal'), query: [...sh('kill -9 $$'), stdout] },
    { ...common, name: named('error output alone'), query: [...sh('echo err >&2'), stderr] },
    ...(subprotocol.includes('base64') ? [] : [unknown]),
  ]
}

const closed: RecordedSession[] = (['t', 'k'] as const).map((generation) => ({
  name: `stdin that ends, /${generation}, v5.channel.k8s.io`,
  generation,
  subprotocol: 'v5.channel.k8s.io',
  query: [['command', 'cat'], stdin, stdout],
  send: [bytes(0, 'abc'), Buffer.of(255, 0)],
}))

const sessions: readonly RecordedSession[] = [
  ...subprotocols.flatMap((subprotocol) =>
    subprotocol === 'v5.channel.k8s.io'
      ? [...sessionsOf('t', subprotocol), ...sessionsOf('k', subprotocol)]
      : sessionsOf('l', subprotocol),
  ),
  ...closed,
]

const recordedFrom = `recorded from Kubernetes' streaming code (k8s.io modules 0.37.2) in front of local processes by npm run record, 2026-11-21`

it.skipIf(missing !== null).each(sessions)(`$name: as committed (${because})`, async (session) => {
  const recording = await record(server, session, recordedFrom)
  recorded.push(recording)
  if (writes) return
  const expected = committed.find(({ name }) => name === session.name)
  expect({ ...recording, recordedFrom: '' }).toEqual({ ...expected, recordedFrom: '' })
})
