import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BackgroundPod,
  patient,
  processesWith,
  shell,
  without,
  withShell,
} from '../support/background-pod.ts'
import { rejection } from '../support/rejection.ts'

interface Container {
  readonly name: string
  readonly path: string
  readonly prepare: (folder: string) => void
}

const rest = `FOLDER:${process.env['PATH']}`
// toybox can be built with a shell; Debian's has none.
const containers: readonly Container[] = [
  { name: 'dash', path: rest, prepare: withShell('dash') },
  { name: 'bash', path: rest, prepare: withShell('bash') },
  { name: 'mksh', path: rest, prepare: withShell('mksh') },
  { name: 'busybox', path: 'FOLDER', prepare: withShell('busybox') },
  { name: 'no setsid', path: 'FOLDER', prepare: without('setsid') },
]

const there = (name: string) => {
  return name.includes(' ') || spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0
}

const missing = containers.filter(({ name }) => !there(name)).map(({ name }) => name)
it.skipIf(missing.length > 0)(`every shell is tried (not here: ${missing.join(', ')})`, () => {
  expect(missing).toEqual([])
})

describe.each(containers.filter(({ name }) => there(name)))('$name', ({ name, path, prepare }) => {
  let t: BackgroundPod
  beforeAll(async () => {
    t = await BackgroundPod.start(path, prepare)
  })
  afterAll(() => t.close())

  it('starts, tells, refuses, ends', async () => {
    const words = ['a b', "it's", '"$HOME"', '\\n', '', '*', 'line\nline']
    const options = { env: { A: '$x\\n' }, cwd: '/' }
    const script = 'printf "%s|" "$A" "$@"; pwd; echo err >&2; sleep 2; exit 9'
    await t.background('a').start(shell(script, ...words), options)
    const error = await rejection(t.background('a').start(['true']))
    expect(error).toMatchObject({ code: 'ERR_BACKGROUND_RUNNING' })
    expect(await text(await t.background('a').logs({ follow: true }))).toBe(
      `$x\\n|${words.join('|')}|/\nerr\n`,
    )
    expect(await t.background('a').wait()).toMatchObject({ state: 'errored', exitCode: 9 })
    await t.background('a').start(['no-such-command'])
    expect(await t.background('a').wait()).toMatchObject({ exitCode: 127 })
    const list = await t.pod.listBackground({ stateDirectory: t.stateDirectory })
    expect(list.map(({ id }) => id)).toEqual(['a'])
  })

  it('hands over variables of any name, those of its own script, too', async () => {
    const names = [
      '_podwire',
      '_i',
      '_count',
      '_cwd',
      '_values',
      '_names',
      '_e0',
      '_e3',
      '_run',
      'A',
    ]
    const env = Object.fromEntries(names.map((name) => [name, `the ${name}`]))
    const script = `printf "%s|" ${names.map((name) => `"$${name}"`).join(' ')}; pwd`
    await t.background('env').start(shell(script), { env, cwd: '/usr' })
    expect(await text(await t.background('env').logs({ follow: true }))).toBe(
      `${Object.values(env).join('|')}|/usr\n`,
    )
  })

  it('stops a family that does not want to', async () => {
    const mark = `family-${name}`
    const script = `( trap "" TERM; sh -c 'while :; do sleep 0.1; done' sh "$1"; : ) &
      trap 'sh -c "trap \\"\\" TERM; while :; do sleep 0.1; done" sh "$1" & exit 3' TERM
      while :; do sleep 0.1; done`
    await t.background('family').start(shell(script, mark))
    await expect.poll(() => processesWith(mark).length, patient).toBeGreaterThanOrEqual(4)
    const result = await t.background('family').stop({ grace: 500 })
    expect(result).toMatchObject({ state: 'stopped', exitCode: 3 })
    expect(result.killed.length).toBeGreaterThanOrEqual(2)
    await expect.poll(() => processesWith(mark), patient).toEqual([])
  })

  it('lets one of several starts win', async () => {
    const starts = Array.from({ length: 5 }, () => t.background('race').start(['sleep', '60']))
    const results = await Promise.allSettled(starts)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await t.background('race').stop()).toMatchObject({ exitCode: 143 })
  })

  it('outlives a session that is cut as soon as it runs', async () => {
    const mark = `deaf-${name}`
    t.server.setFault(({ path }) => (path.includes('/exec') ? { kind: 'half-open' } : null))
    const abort = new AbortController()
    const start = t.background('deaf').start(shell('sleep 60; :', mark), { signal: abort.signal })
    const settled = start.catch(() => {})
    const record = join(t.stateDirectory, 'default.web-0/deaf/1/pid')
    await expect.poll(() => existsSync(record), patient).toBe(true)
    // The server kills what belongs to the session.
    abort.abort()
    await settled
    t.server.setFault(null)
    expect(await t.background('deaf').stop()).toMatchObject({ state: 'stopped', exitCode: 143 })
    await expect.poll(() => processesWith(mark), patient).toEqual([])
  })
})

const mayHide = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /proc']).status === 0

describe.runIf(mayHide)('no /proc (needs root and unshare)', () => {
  let t: BackgroundPod
  beforeAll(async () => {
    t = await BackgroundPod.start(rest, (folder) => {
      const script = `#!/bin/sh
[ -z "$HIDDEN" ] || exec /bin/sh "$@"
export HIDDEN=yes
exec unshare -m /bin/sh -c 'mount -t tmpfs none /proc; exec /bin/sh "$@"' sh "$@"
`
      writeFileSync(join(folder, 'sh'), script, { mode: 0o755 })
    })
  })
  afterAll(() => t.close())

  it('starts, tells, ends', async () => {
    const started = await t.background('a').start(shell('ls /proc; sleep 1; exit 9'))
    expect(started).toMatchObject({ state: 'running' })
    expect(await t.background('a').wait()).toMatchObject({ state: 'errored', exitCode: 9 })
    expect(await text(await t.background('a').logs())).toBe('')
  })

  it('stops the process group', async () => {
    const script = '( trap "" TERM; while :; do sleep 0.1; done ) & sleep 60; :'
    await t.background('family').start(shell(script, 'no-proc'))
    await expect.poll(() => processesWith('no-proc').length, patient).toBeGreaterThanOrEqual(3)
    const result = await t.background('family').stop({ grace: 500 })
    expect(result).toMatchObject({ state: 'stopped', exitCode: 143 })
    await expect.poll(() => processesWith('no-proc'), patient).toEqual([])
    expect(await t.background('family').stop()).toMatchObject({ terminated: [], killed: [] })
  })
})
