import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BackgroundPod, isAlive, patient, processesWith } from '../support/background-pod.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let t: BackgroundPod
let kubeconfig: string
beforeAll(async () => {
  if (!existsSync(main)) throw new Error(`there is no ${main}; build it first: npm run build`)
  t = await BackgroundPod.start()
  kubeconfig = join(t.folder, 'config')
  await t.server.writeKubeconfig(kubeconfig)
})
afterAll(() => t.close())

function program(...args: string[]) {
  const separator = args.indexOf('--')
  const own = separator === -1 ? args : args.slice(0, separator)
  const place = ['--kubeconfig', kubeconfig, '--state-directory', t.stateDirectory]
  const command = [...own, ...place, ...args.slice(own.length)]
  return spawn(process.execPath, [main, ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(...args: string[]) {
  const child = program(...args)
  const [code, stdout, stderr] = await Promise.all([
    once(child, 'close').then(([code]) => code),
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, stdout, stderr }
}

it('starts, shows, follows and stops', async () => {
  const script = 'echo $A; pwd; sleep 60'
  const started = await run(
    'start',
    'web',
    'web-0',
    '--env',
    'A=b c',
    '--cwd',
    '/usr',
    '--',
    'sh',
    '-c',
    script,
  )
  expect(started).toMatchObject({ code: 0, stderr: '' })
  expect(started.stdout).toMatch(
    /^ID +STATE +PID +EXIT CODE +STARTED +REASON\nweb +running +\d+ +20\S+\n$/,
  )

  const again = await run('start', 'web', 'pod/web-0', '--', 'true')
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toMatch(/^error: 'web' is running already/)

  const status = JSON.parse((await run('status', 'web', 'web-0', '-o', 'json')).stdout)
  expect(status).toMatchObject({ id: 'web', state: 'running', exitCode: null })
  expect(isAlive(status.pid)).toBe(true)
  const all = JSON.parse((await run('status', 'web-0', '-o', 'json')).stdout)
  expect(all).toEqual([status])

  const logs = program('logs', '--background', 'web', 'web-0', '-f')
  const followed = once(logs, 'close')
  const [first] = await once(logs.stdout, 'data')
  expect(String(first)).toBe('b c\n/usr\n')
  const stopped = await run('stop', 'web', 'web-0', '--grace', '2s')
  expect(stopped.stdout).toMatch(/\nweb +stopped +\d+ +143 /)
  expect(stopped.stderr).toBe('2 got SIGTERM, 0 SIGKILL\n')
  expect(await followed).toEqual([0, null])
})

it.each([
  ['start web', /expected 'start ID/],
  ['start web web-0', /at least one command/],
  ['start ../x web-0 -- true', /is not an id/],
  ['start x web-0 --log nowhere -- true', /--log takes file, container or discard, not "nowhere"/],
  ['status', /expected 'status/],
  ['status a web-0 -o yaml', /allowed formats are: json/],
  ['stop web-0', /expected 'stop/],
  ['stop a web-0 --grace 1h', /--grace takes a time from 0s to 10m/],
  ['logs --background nothing web-0', /no record of it/],
  ['logs --background a web-0 --tail 3', /--tail does not go with --background/],
])('podwire %s', async (line, words) => {
  const { code, stdout, stderr } = await run(...line.split(' '))
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^error: /)
  expect(stderr).toMatch(words)
})

// Before the request, while the container acts on it, and behind it.
it('killed at any moment, it leaves what another client finds to be true', async () => {
  const outcomes: string[] = []
  for (let delay = 60; delay < 1_300; delay += 200) {
    const id = `killed-${delay}`
    const child = program('start', id, 'web-0', '--', 'sh', '-c', 'sleep 60; :', id)
    const exited = once(child, 'exit')
    await sleep(delay)
    child.kill('SIGKILL')
    await exited
    // Nobody is left to ask again: what the container does by itself is done in a moment.
    let before = ''
    await expect
      .poll(
        async () => {
          const { state, pid } = await t.background(id).status()
          const now = `${state} ${pid !== null} ${processesWith(id).length}`
          const settled = now === before
          before = now
          return settled
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBe(true)
    expect(['stopped false 0', 'running true 2']).toContain(before)
    outcomes.push(before)
    await t.background(id).stop()
    await expect.poll(() => processesWith(id), patient).toEqual([])
    expect(await t.background(id).start(['true'])).toMatchObject({ id })
  }
  expect(new Set(outcomes).size).toBe(2)
}, 60_000)

it('a stop whose client is killed goes on, or can be asked for again', async () => {
  for (const delay of [200, 350, 500]) {
    const id = `stopping-${delay}`
    await t.background(id).start(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done', id])
    const child = program('stop', id, 'web-0', '--grace', '1s')
    await sleep(delay)
    child.kill('SIGKILL')
    const { state, pid } = await t.background(id).status()
    expect(state).toBe(isAlive(pid) ? 'running' : 'stopped')
    const result = await t.background(id).stop({ grace: 0 })
    expect(result.state).toBe('stopped')
    expect(isAlive(pid)).toBe(false)
  }
})
