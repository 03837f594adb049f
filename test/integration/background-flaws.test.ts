import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  BackgroundPod,
  isAlive,
  patient,
  processesWith,
  shell,
  without,
} from '../support/background-pod.ts'
import { rejection } from '../support/rejection.ts'

// What goes wrong in a manager of background processes that keeps a PID in a file; it happened to one that is in use.

let t: BackgroundPod
let plain: BackgroundPod
beforeAll(async () => {
  t = await BackgroundPod.start()
  plain = await BackgroundPod.start('FOLDER', without('setsid'))
})
afterAll(async () => {
  await t.close()
  await plain.close()
})
afterEach(() => t.server.setFault(null))

const supervisorOf = (id: string, pod = t) =>
  Number(readFileSync(join(pod.run(id), 'record'), 'utf8').split(' ')[2])

it('1. the state is not written again by a shell that dies late', async () => {
  const { pid } = await t.background('late').start(['sleep', '60'])
  const folder = join(t.run('late'), '..')
  const supervisor = supervisorOf('late')
  rmSync(folder, { recursive: true })
  process.kill(pid ?? 0)
  await expect.poll(() => isAlive(supervisor), patient).toBe(false)
  expect(existsSync(folder)).toBe(false)
  expect(await t.background('late').status()).toMatchObject({ state: 'stopped', pid: null })
})

it('2. a PID that was given to another process is not ours, and not killed', async () => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' })
  const { pid } = await t.background('reused').start(['sleep', '60'])
  const supervisor = supervisorOf('reused')
  const [, begin] = readFileSync(join(t.run('reused'), 'pid'), 'utf8').split(' ')
  for (const victim of [supervisor, pid ?? 0]) process.kill(victim, 'SIGKILL')
  for (const start of [begin, '1']) {
    writeFileSync(join(t.run('reused'), 'pid'), `${other.pid} ${start} ${other.pid}\n`)
    const status = { state: 'stopped', exitCode: null, reason: expect.stringContaining('is gone') }
    expect(await t.background('reused').status()).toMatchObject(status)
    expect(await t.background('reused').stop()).toMatchObject({ ...status, terminated: [] })
    expect(isAlive(other.pid ?? 0)).toBe(true)
  }
  other.kill('SIGKILL')
})

it('3. a zombie does not run', async () => {
  const { pid } = await t.background('zombie').start(['sleep', '60'])
  const supervisor = supervisorOf('zombie')
  process.kill(supervisor, 'SIGSTOP')
  const stateOf = () => readFileSync(`/proc/${supervisor}/status`, 'utf8')
  await expect.poll(stateOf, patient).toMatch(/^State:\s*T/m)
  process.kill(pid ?? 0, 'SIGKILL')
  await expect.poll(() => isAlive(pid), patient).toBe(false)
  process.kill(pid ?? 0, 0)
  expect(await t.background('zombie').status()).toMatchObject({ state: 'stopped', exitCode: null })
  process.kill(supervisor, 'SIGCONT')
  expect(await t.background('zombie').wait()).toMatchObject({ state: 'errored', exitCode: 137 })
})

const mayTakeIdentities = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv')
it.runIf(mayTakeIdentities)(
  '4. a process that may not be signalled does run (needs root and setpriv)',
  async () => {
    const nobody = 'exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups'
    const restricted = await BackgroundPod.start(`FOLDER:${process.env['PATH']}`, (folder) => {
      writeFileSync(
        join(folder, 'sh'),
        `#!/bin/sh\n[ "$(id -u)" = 0 ] || exec /bin/sh "$@"\n${nobody} /bin/sh "$@"\n`,
        { mode: 0o755 },
      )
      // What it starts is root's.
      copyFileSync('/usr/bin/setpriv', join(folder, 'as-root'))
      chmodSync(join(folder, 'as-root'), 0o4755)
      chmodSync(join(folder, '..'), 0o777)
    })
    const id = restricted.background('root')
    const { pid } = await id.start([
      'as-root',
      '--reuid=0',
      '--regid=0',
      '--clear-groups',
      'sleep',
      '60',
    ])
    await expect.poll(() => processesWith('60').includes(pid ?? 0), patient).toBe(true)
    const denied = await restricted.pod.exec(shell('kill -0 "$1"', String(pid)))
    expect(denied.exitCode).not.toBe(0)
    expect(await id.status()).toMatchObject({ state: 'running', pid })
    expect(await rejection(id.stop({ grace: 100 }))).toMatchObject({ code: 'ERR_BACKGROUND_ALIVE' })
    process.kill(pid ?? 0, 'SIGKILL')
    expect(await id.wait()).toMatchObject({ state: 'stopped', exitCode: 137 })
    await restricted.close()
  },
)

it('5. nothing that the caller passes is read by a shell', async () => {
  const stateDirectory = join(t.folder, `it's a "state" $(touch ${t.folder}/owned) \\ ;`)
  const process = t.background('quoted', { stateDirectory })
  const cwd = join(t.folder, "it's")
  execFileSync('mkdir', [cwd])
  const { directory } = await process.start(shell('pwd'), { cwd, env: { A: "'; touch owned; '" } })
  expect(directory).toBe(join(stateDirectory, 'default.web-0', 'quoted'))
  await process.wait()
  expect(await text(await process.logs())).toBe(`${cwd}\n`)
  expect(existsSync(join(t.folder, 'owned'))).toBe(false)
  for (const id of ['../x', 'a/b', 'a b', "'", '$(id)', '', '.', '-x', 'x'.repeat(64)]) {
    expect(() => t.background(id)).toThrow(RangeError)
  }
  const env = { 'A=1;touch': 'owned' }
  await expect(process.start(['true'], { env })).rejects.toThrow(RangeError)
})

it.each([
  ['nothing', ''],
  ['something else', 'echo hello'],
  ['half an answer', 'echo "run mute running 1"; echo done'],
])('6. a shell that answers with %s is an error, and no crash', async (_name, script) => {
  const mute = await BackgroundPod.start(`FOLDER:${process.env['PATH']}`, (folder) => {
    writeFileSync(join(folder, 'sh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  })
  const error = await rejection(mute.background('mute').status())
  expect(error).toMatchObject({ code: 'ERR_BACKGROUND_REPLY' })
  await mute.close()
})

it('7. a start that fails is told, and `running` means that it runs', async () => {
  const stateDirectory = join(t.folder, 'not/there/yet')
  const alive: boolean[] = []
  const process = t.background('told', {
    stateDirectory,
    onStatus: ({ state, pid }) => state === 'running' && alive.push(isAlive(pid)),
  })
  await process.start(['sleep', '60'])
  expect(alive).toEqual([true])
  await process.stop()
  writeFileSync(join(t.folder, 'a-file'), '')
  const other = t.background('told', { stateDirectory: join(t.folder, 'a-file') })
  expect(await rejection(other.start(['true']))).toMatchObject({ code: 'ERR_BACKGROUND_STATE' })
})

// Deaf to SIGTERM; one that forks when it gets it; one behind a shell that waits; deep; one with a group of its own.
const family = `
( trap "" TERM; while :; do sleep 1 "$1"; done ) &
( trap 'sh -c "trap \\"\\" TERM; sleep 61 $1; :" sh "$1" & exit' TERM; while :; do sleep 0.1; done ) &
sh -c 'sh -c "sleep 62 $1; :" sh "$1"; :' sh "$1" &
setsid sh -c 'sleep 63 "$1"; :' sh "$1" &
sleep 64; sleep 65 "$1"`

it.each([
  ['with setsid', () => t],
  ['without setsid', () => plain],
])('8. everything ends, SIGTERM or not, forked before or during it: %s', async (name, podOf) => {
  const pod = podOf()
  const mark = `0.00${name.length}`
  const { pid } = await pod.background('family').start(shell(family, mark))
  await expect
    .poll(() => processesWith(mark).length)
    .toBeGreaterThanOrEqual(name === 'with setsid' ? 7 : 5)
  const result = await pod.background('family').stop({ grace: 600 })
  await expect.poll(() => processesWith(mark), patient).toEqual([])
  expect(result).toMatchObject({ state: 'stopped', exitCode: 143 })
  expect(result.terminated).toContain(pid)
  expect(result.killed.length).toBeGreaterThanOrEqual(2)
  for (const victim of [...result.terminated, ...result.killed]) expect(isAlive(victim)).toBe(false)
})

it('9. of starts at the same time one wins, and the others are told', async () => {
  for (const round of [1, 2, 3]) {
    const starts = Array.from({ length: 10 }, () =>
      t.background('race').start(shell('sleep 60; :', 'race')),
    )
    const results = await Promise.allSettled(starts)
    const won = results.filter(({ status }) => status === 'fulfilled')
    const codes = results.map((result) => result.status === 'rejected' && result.reason.code)
    expect(won.length, `round ${round}`).toBe(1)
    expect(new Set(codes)).toEqual(new Set([false, 'ERR_BACKGROUND_RUNNING']))
    // The supervisor and the command, once those who lost have gone.
    await expect.poll(() => processesWith('race').length, patient).toBe(2)
    await t.background('race').stop({ grace: 2_000 })
  }
})

it('10. a connection that is lost is not the end, and the end is heard of', async () => {
  let count = 0
  const states: string[] = []
  const process = t.background('cut', { onStatus: ({ state }) => states.push(state) })
  // The first answer of every two is lost, after the container has acted.
  t.server.setFault(({ path }) =>
    path.includes('/exec') && count++ % 2 === 0 ? { kind: 'abnormal-close' } : null,
  )
  const end = join(t.folder, 'end')
  await process.start(shell('until [ -e "$1" ]; do sleep 0.1; done; exit 4', end))
  // The supervisor and the command, once, although the start was asked for again.
  await expect.poll(() => processesWith(end).length, patient).toBe(2)
  writeFileSync(end, '')
  expect(await process.wait()).toMatchObject({ state: 'errored', exitCode: 4 })
  t.server.setFault(null)
  await expect.poll(() => states, patient).toEqual(['starting', 'running', 'errored'])
})

it('11. what a command says is there to be read', async () => {
  await t.background('says').start(shell('echo out; echo err >&2; exit 5'))
  await t.background('says').wait()
  expect(await text(await t.background('says').logs())).toBe('out\nerr\n')
})

it('12. starts at the same time leave a record that can be read', async () => {
  const ids = ['many-a', 'many-b']
  const starts = ids.flatMap((id) =>
    Array.from({ length: 8 }, () =>
      t
        .background(id)
        .start(['true'])
        .catch(() => {}),
    ),
  )
  const looks = Array.from({ length: 20 }, () => t.background('many-a').status())
  await Promise.all([...starts, ...looks])
  for (const id of ids) {
    expect(await t.background(id).wait()).toMatchObject({ state: 'stopped', exitCode: 0 })
  }
})
