import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTrace } from '../../src/protocol/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'podwire-trace-'))
const kubeconfig = join(folder, 'config')
const file = join(folder, 'session.jsonl')
let server: TestServer

beforeAll(async () => {
  server = await createTestServer()
  await server.writeKubeconfig(kubeconfig)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function podwire(args: readonly string[], stdin = '') {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' })
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { exitCode: await exit, stdout, stderr }
}

const exec = (flags: readonly string[], command: readonly string[], stdin = '') =>
  podwire(['exec', '--kubeconfig', kubeconfig, ...flags, 'web-0', '--', ...command], stdin)

it('exec --trace records a session for its owner alone, and trace show tells of it', async () => {
  const { exitCode, stdout } = await exec(
    ['-i', '--trace', file],
    ['sh', '-c', 'cat; exit 3'],
    'hi',
  )
  expect([exitCode, stdout]).toEqual([3, 'hi'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(server.token)

  const shown = await podwire(['trace', 'show', file])
  expect(shown.exitCode).toBe(0)
  expect(shown.stdout).toMatch(/^recorded \d{4}-/)
  expect(shown.stdout).toMatch(/ {2}> {2}stdin +2 B {2}"hi"\n/)
  expect(shown.stdout).toMatch(/ {2}< {2}stdout +2 B {2}"hi"\n/)
  expect(shown.stdout).toMatch(/ {2}< {2}status +\d+ B {2}exit code 3\n/)
  expect(shown.stdout).toMatch(/ end +close code 1000\n$/)
  const piped = await podwire(['trace', 'show', '-'], readFileSync(file, 'utf8'))
  expect(piped).toEqual(shown)
})

it('--trace-sizes leaves the contents out', async () => {
  await exec(['--trace', file, '--trace-sizes'], ['echo', 'hunter2'])
  const messages = parseTrace(readFileSync(file, 'utf8')).filter(({ type }) => type === 'message')
  expect(messages.length).toBeGreaterThan(1)
  expect(messages.filter((event) => 'message' in event)).toEqual([])
  expect((await podwire(['trace', 'show', file])).stdout).toContain('8 B\n')
})

describe('an error in one line', () => {
  it.each([
    [
      'a folder that is not there',
      () => exec(['--trace', join(folder, 'no/x')], ['true']),
      'ENOENT',
    ],
    ['a file that is not there', () => podwire(['trace', 'show', join(folder, 'no')]), 'ENOENT'],
    ['a verb that is not there', () => podwire(['trace', 'list']), 'podwire trace show FILE'],
  ])('%s', async (_name, run, words) => {
    const { exitCode, stdout, stderr } = await run()
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toContain(words)
  })

  it('no trace', async () => {
    const other = join(folder, 'other')
    writeFileSync(other, 'hello\n')
    const { exitCode, stderr } = await podwire(['trace', 'show', other])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${other}: line 1 of the trace is not an event\n`)
  })
})
