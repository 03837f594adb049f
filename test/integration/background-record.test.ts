import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BackgroundPod, isAlive, shell } from '../support/background-pod.ts'
import { rejection } from '../support/rejection.ts'

// Records as they are found, by hand: what they mean, and that they harm nobody.

let t: BackgroundPod
beforeAll(async () => {
  t = await BackgroundPod.start()
})
afterAll(() => t.close())

const token = 'a'.repeat(32)
const other = 'b'.repeat(32)

function startOf(pid: number | string): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
}

const instance = () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}/${startOf(1)}`
}

/** A record by a supervisor that is this test, or by a dead one. */
const record = (alive: boolean, where = instance()) => {
  const begin = alive ? startOf(process.pid) : '1'
  return `1 ${token} ${process.pid} ${begin} ${where} 2026-11-21T05:00:00.000Z file -\n`
}

/** Files by their path below the folder of the id. */
function given(id: string, files: Readonly<Record<string, string>>) {
  const folder = join(t.stateDirectory, 'default.web-0', id)
  mkdirSync(folder, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    const [run, name] = path.split('/')
    if (name !== undefined) mkdirSync(join(folder, run ?? ''), { recursive: true })
    if (name !== '') writeFileSync(join(folder, path), content)
  }
  return t.background(id)
}

const dead = { state: 'stopped', exitCode: null }
const table: [string, () => Record<string, string>, object][] = [
  ['an empty folder', () => ({}), { state: 'stopped', reason: 'it was never started' }],
  [
    'exit code 0',
    () => ({ '1/record': record(false), '1/exit': '0\n' }),
    { state: 'stopped', exitCode: 0 },
  ],
  [
    'exit code 1',
    () => ({ '1/record': record(false), '1/exit': '1\n' }),
    { state: 'errored', exitCode: 1 },
  ],
  ['spaces', () => ({ '1/record': record(false), '1/exit': ' 1  \n' }), { exitCode: 1 }],
  [
    'a stop',
    () => ({ '1/record': record(false), '1/exit': '143\n', '1/stop': '' }),
    { state: 'stopped', exitCode: 143 },
  ],
  ['dead', () => ({ '1/record': record(false), '1/pid': '999999999 1 999999999\n' }), dead],
  ['another start', () => ({ '1/record': record(false), '1/pid': `${process.pid} 1 1\n` }), dead],
  [
    'this start',
    () => ({ '1/record': record(false), '1/pid': `${process.pid} ${startOf(process.pid)} 1\n` }),
    { state: 'running', pid: process.pid },
  ],
  [
    'an exit code that was lost',
    () => ({ '1/record': record(false), '1/pid': '999999999 1 1\n', '1/exit': '' }),
    dead,
  ],
  ['no exit code', () => ({ '1/record': record(false), '1/exit': '\n' }), { exitCode: null }],
  [
    'a PID that was lost',
    () => ({ '1/record': record(false), '1/pid': '', '1/exit': '3\n' }),
    { state: 'errored', pid: null, exitCode: 3 },
  ],
  ['on its way', () => ({ '1/record': record(true) }), { state: 'starting', pid: null }],
  [
    'interrupted',
    () => ({ '1/record': record(false) }),
    { state: 'errored', reason: 'its start was interrupted' },
  ],
  ['claimed', () => ({ '1/': '', [`.${token}.7`]: record(true) }), { state: 'starting' }],
  [
    'claimed by a dead one',
    () => ({ '1/': '', [`.${token}.7`]: record(false) }),
    { state: 'errored' },
  ],
  [
    'another boot',
    () => ({ '1/record': record(true, 'x/1'), '1/pid': `${process.pid} 1 1\n` }),
    { state: 'stopped', reason: expect.stringContaining('restarted') },
  ],
  ['another layout', () => ({ '1/record': record(true).replace('1', '2') }), { state: 'unknown' }],
  [
    'an empty record',
    () => ({ '1/record': '' }),
    { state: 'errored', reason: 'its start was interrupted' },
  ],
  ['half a record', () => ({ '1/record': record(false).slice(0, 20) }), { state: 'errored' }],
  [
    'a file in the place of a run',
    () => ({ '1/record': record(false), '1/exit': '0\n', '2': '' }),
    { state: 'stopped', exitCode: 0 },
  ],
  ['no record', () => ({ '1/record': 'hello\n' }), { state: 'unknown' }],
  [
    'the last one',
    () => ({
      '9/record': record(false),
      '9/exit': '9\n',
      '10/record': record(false),
      '10/exit': '10\n',
      'x1/exit': '3\n',
    }),
    { exitCode: 10 },
  ],
]
for (const pid of ['-1', '0', '1', 'NAN', '', '-1 -', '1 -', '0 -']) {
  const files = () => ({ '1/record': record(false), '1/pid': `${pid} 1 1\n` })
  table.push([`the PID ${JSON.stringify(pid)}`, files, { exitCode: null }])
}

it.each(table)('%s', async (name, files, expected) => {
  const id = `r${table.findIndex(([row]) => row === name)}`
  const found = given(id, files())
  const status = await found.status()
  expect(status).toMatchObject({ id, ...expected })
  if (status.state === 'running') return
  // Nothing is killed that is not known to be ours, the supervisor least of all.
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
  await found.stop({ grace: 0 }).catch(() => {})
  expect(isAlive(stranger.pid ?? 0)).toBe(true)
  stranger.kill('SIGKILL')
})

it.each(['NAN', '-5', '1e3'])('the exit code %s is an error', async (exit) => {
  const found = given('exit', { '1/record': record(false), '1/exit': `${exit}\n` })
  expect(await rejection(found.status())).toMatchObject({ code: 'ERR_BACKGROUND_REPLY' })
})

it.each([0, 7, 130])('the exit code %i finds its space taken', async (exitCode) => {
  const id = `space-${exitCode}`
  const found = t.background(id)
  await found.start(shell('sleep 0.5; exit "$1"', String(exitCode)))
  const taken = statSync(join(t.run(id), 'exit.new'))
  await found.wait()
  expect(taken.size).toBe(1)
  expect(statSync(join(t.run(id), 'exit')).ino).toBe(taken.ino)
  expect(await found.status()).toMatchObject({ exitCode })
})

it('what was not even claimed is on no list', async () => {
  const stateDirectory = join(t.folder, 'other')
  mkdirSync(join(stateDirectory, 'default.web-0', 'unclaimed'), { recursive: true })
  expect(await t.pod.listBackground({ stateDirectory })).toEqual([])
})

it('what is being started is not started again', async () => {
  const found = given('busy', { '1/': '', [`.${other}.7`]: record(true) })
  const signal = AbortSignal.timeout(1_000)
  await expect(found.start(['true'], { signal })).rejects.toMatchObject({
    name: 'TimeoutError',
  })
  expect(await found.status()).toMatchObject({ state: 'starting' })
})

it('what another version has started is left alone', async () => {
  const found = given('newer', { '1/record': record(true).replace('1', '2') })
  expect(await rejection(found.start(['true']))).toMatchObject({ code: 'ERR_BACKGROUND_RUNNING' })
})

it('what was interrupted is started again', async () => {
  const found = given('again', { '1/': '', [`.${other}.7`]: record(false) })
  await found.start(['true'])
  expect(await found.wait()).toMatchObject({ state: 'stopped', exitCode: 0 })
  expect(t.run('again')).toMatch(/\/2$/)
})

it('folders that are no ids are on no list', async () => {
  const stateDirectory = join(t.stateDirectory, 'lists')
  const folder = join(stateDirectory, 'default.web-0')
  for (const name of ['listed', '-x', '_y', 'a b', 'a\nb', '*', 'x'.repeat(64)]) {
    mkdirSync(join(folder, name, '1'), { recursive: true })
    writeFileSync(join(folder, name, '1', 'record'), record(false))
  }
  const list = await t.pod.listBackground({ stateDirectory })
  expect(list.map(({ id }) => id)).toEqual(['listed'])
})
