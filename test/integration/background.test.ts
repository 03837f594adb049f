import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackgroundStatus } from '../../src/index.ts'
import { BackgroundPod, isAlive, patient, processesWith, shell } from '../support/background-pod.ts'
import { rejection } from '../support/rejection.ts'

let t: BackgroundPod
beforeAll(async () => {
  t = await BackgroundPod.start()
})
afterAll(() => t.close())

describe('a background process', () => {
  it('runs on, is found by its id, and leaves its exit code', async () => {
    const started = await t.background('a').start(shell('sleep 0.5; exit 3'))
    expect(started).toMatchObject({ id: 'a', state: 'running', exitCode: null, reason: null })
    expect(isAlive(started.pid)).toBe(true)
    expect(started.directory).toBe(join(t.stateDirectory, 'default.web-0', 'a'))
    expect(Math.abs(Date.now() - (started.startedAt?.getTime() ?? 0))).toBeLessThan(10_000)
    const ended = await t.background('a').wait()
    const { pid, startedAt } = started
    const reason = 'exit code 3'
    expect(ended).toEqual({ ...started, state: 'errored', exitCode: 3, reason, pid, startedAt })
    expect(await t.background('a').status()).toEqual(ended)
  })

  it('is stopped, with its exit code kept, and started again', async () => {
    const process = t.background('b')
    const { pid } = await process.start(['sleep', '60'])
    const stopped = await process.stop()
    expect(stopped).toMatchObject({
      state: 'stopped',
      exitCode: 143,
      terminated: [pid],
      killed: [],
    })
    expect(isAlive(pid)).toBe(false)
    expect(await process.stop()).toMatchObject({ state: 'stopped', terminated: [], killed: [] })
    const again = await process.start(shell('exit 0'))
    expect(again.pid).not.toBe(pid)
    expect(await process.wait()).toMatchObject({ state: 'stopped', exitCode: 0, reason: null })
  })

  it('was never started', async () => {
    expect(await t.background('never').status()).toMatchObject({
      state: 'stopped',
      pid: null,
      reason: 'it was never started',
      directory: null,
    })
    expect(await t.background('never').stop()).toMatchObject({ state: 'stopped', terminated: [] })
  })

  it('gets its arguments as they are, cwd and environment', async () => {
    const words = ['a b', "it's", '"', '$HOME', '`id`', '\\n\\', 'line\nline', '', '*', '-n', 'ü']
    const env = { A: 'it\'s $x `id` \\ \n"', _n: 'theirs' }
    const script = 'printf "%s|" "$PWD" "$A" "$_n" "$@"'
    await t.background('args').start(shell(script, ...words), { env, cwd: '/usr/bin' })
    await t.background('args').wait()
    const output = await text(await t.background('args').logs())
    expect(output).toBe(`${['/usr/bin', env.A, 'theirs', ...words].join('|')}|`)
  })

  it('hides its environment from a list of processes', async () => {
    const { pid } = await t.background('env').start(['sleep', '60'], { env: { A: 'hunter2-env' } })
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toContain('A=hunter2-env')
    expect(processesWith('A=hunter2-env')).toEqual([])
    await t.background('env').stop()
  })

  it('has the environment of the container and no more', async () => {
    const mine = await t.pod.exec(['env'])
    await t.background('plain').start(['env'])
    await t.background('plain').wait()
    const lines = (await text(await t.background('plain').logs())).split('\n').toSorted()
    const own = /^(?:_|PWD|OLDPWD|SHLVL)=/
    const clean = (all: string[]) => all.filter((line) => !own.test(line)).toSorted()
    expect(clean(lines)).toEqual(clean(mine.stdout.split('\n')))
  })

  it('has the signals that it would have anywhere', async () => {
    await t.background('signals').start(['grep', '^Sig[BIC]', '/proc/self/status'])
    await t.background('signals').wait()
    const output = await text(await t.background('signals').logs())
    const { stdout } = await t.pod.exec(['grep', '^Sig[BIC]', '/proc/self/status'])
    expect(output).toBe(stdout)
  })

  it('that cannot be run says so', async () => {
    await t.background('nope').start(['no-such-command'])
    expect(await t.background('nope').wait()).toMatchObject({ state: 'errored', exitCode: 127 })
    expect(await text(await t.background('nope').logs())).toMatch(/no-such-command.*not found/)
  })

  it('is not started in a folder that there is not', async () => {
    const start = t.background('cwd').start(['true'], { cwd: '/no/such/folder' })
    expect(await rejection(start)).toMatchObject({ code: 'ERR_CWD' })
    expect(await t.background('cwd').status()).toMatchObject({ reason: 'it was never started' })
  })

  it('that runs is not started again', async () => {
    const first = await t.background('once').start(['sleep', '60'])
    const error = await rejection(t.background('once').start(['sleep', '60']))
    expect(error).toMatchObject({ code: 'ERR_BACKGROUND_RUNNING' })
    expect(await t.background('once').status()).toEqual(first)
    await t.background('once').stop()
  })

  it('is on the list', async () => {
    const { stateDirectory } = t
    const statuses = await t.pod.listBackground({ stateDirectory })
    const ids = statuses.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect(ids).toEqual(expect.arrayContaining(['a', 'b', 'args']))
    expect(statuses.find(({ id }) => id === 'a')).toEqual(await t.background('a').status())
  })

  it('leaves nothing but its record, and no session', async () => {
    await t.background('clean').start(['true'])
    await t.background('clean').wait()
    expect(readdirSync(t.run('clean')).toSorted()).toEqual(['exit', 'output', 'pid', 'record'])
    expect(readdirSync(join(t.run('clean'), '..'))).toEqual(['1'])
    await expect.poll(() => t.server.connections, patient).toBe(0)
  })
})

describe('output', () => {
  it('is followed to its end', async () => {
    await t
      .background('follow')
      .start(shell('for i in 1 2 3; do echo $i; echo e$i >&2; sleep 0.3; done'))
    const logs = await t.background('follow').logs({ follow: true })
    expect(await text(logs)).toBe('1\ne1\n2\ne2\n3\ne3\n')
  })

  it('is not kept when it is discarded', async () => {
    await t.background('quiet').start(['echo', 'x'], { output: 'discard' })
    await t.background('quiet').wait()
    const error = await rejection(t.background('quiet').logs())
    expect(error).toMatchObject({ code: 'ERR_BACKGROUND_OUTPUT' })
    expect(error.message).toContain('discard')
  })

  it('goes to the container, where that is allowed', async () => {
    const allowed = await t.pod.exec(shell(': >>/proc/1/fd/1 && : >>/proc/1/fd/2'))
    const start = t.background('log').start(['true'], { output: 'container' })
    if (allowed.exitCode === 0) expect(await start).toMatchObject({ id: 'log' })
    else expect(await rejection(start)).toMatchObject({ code: 'ERR_BACKGROUND_OUTPUT' })
  })
})

describe('the handler', () => {
  const states = async (id: string, script: string, then = async () => {}) => {
    const seen: BackgroundStatus[] = []
    const process = t.background(id, { onStatus: (status) => seen.push(status) })
    await process.start(shell(script))
    await then()
    await expect.poll(() => seen.at(-1)?.state, patient).toMatch(/stopped|errored|unknown/)
    return seen.map(({ state }) => state)
  }

  it.each([
    ['short', 'exit 0', ['starting', 'running', 'stopped']],
    ['long', 'sleep 0.4', ['starting', 'running', 'stopped']],
    ['failed', 'sleep 0.2; exit 7', ['starting', 'running', 'errored']],
  ])('hears each state once: %s', async (id, script, expected) => {
    expect(await states(`on-${id}`, script)).toEqual(expected)
  })

  it('hears of a command that cannot be run, which a shell was a moment before', async () => {
    const heard = await states('on-not-there', 'exec no-such-command')
    expect(heard.filter((state) => state !== 'running')).toEqual(['starting', 'errored'])
  })

  it('hears of a stop by somebody else', async () => {
    const stop = async () => void (await t.background('on-stop').stop())
    expect(await states('on-stop', 'sleep 60', stop)).toEqual(['starting', 'running', 'stopped'])
  })

  it('hears that nothing was started', async () => {
    const seen: BackgroundStatus[] = []
    const process = t.background('on-cwd', { onStatus: (status) => seen.push(status) })
    await rejection(process.start(['true'], { cwd: '/no/such/folder' }))
    expect(seen.map(({ state }) => state)).toEqual(['starting', 'errored'])
    expect(seen[1]?.reason).toContain('cwd')
  })

  it('hears nothing once the signal has ended it', async () => {
    const seen: string[] = []
    const abort = new AbortController()
    const { signal } = abort
    const process = t.background('on-signal', { onStatus: ({ state }) => seen.push(state), signal })
    await process.start(['sleep', '0.5'])
    abort.abort()
    await t.background('on-signal').wait()
    await sleep(300)
    expect(seen).toEqual(['starting', 'running'])
    await expect(process.status()).rejects.toBe(signal.reason)
  })
})

describe('the state directory', () => {
  it('is a default one that can be written, and reported', async () => {
    const process = t.pod.background('podwire-default-test')
    const { directory } = await process.start(['true'])
    expect(directory).toMatch(/^\/.*\/\.podwire\/default\.web-0\/podwire-default-test$/)
    expect((await process.wait()).exitCode).toBe(0)
    await t.pod.exec(['rm', '-r', directory ?? ''])
  })

  it('that cannot be written is an error', async () => {
    const file = join(t.folder, 'file')
    writeFileSync(file, '')
    const stateDirectory = join(file, 'state')
    const process = t.background('x', { stateDirectory })
    const error = await rejection(process.start(['true']))
    expect(error).toMatchObject({ code: 'ERR_BACKGROUND_STATE' })
    expect(error.message).toContain(`cannot be written in ${stateDirectory}:`)
  })
})

it('a container without a shell is a typed error', async () => {
  const bare = await BackgroundPod.start('FOLDER')
  const error = await rejection(bare.background('a').start(['true']))
  expect(error).toMatchObject({ code: 'ERR_SHELL_NOT_FOUND' })
  expect(await rejection(bare.background('a').status())).toMatchObject({
    code: 'ERR_SHELL_NOT_FOUND',
  })
  await bare.close()
})
