import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { PluginRun } from '../../../src/auth/plugin-process.ts'
import { maxPluginOutput, runPlugin } from '../../../src/auth/plugin-process.ts'
import { fixture, scratch } from './plugins.ts'

function run(name: string, options: Partial<PluginRun> = {}) {
  return runPlugin({
    path: fixture(name),
    args: [],
    env: { PATH: process.env['PATH'] ?? '' },
    interactive: false,
    timeout: 10_000,
    onStderr: undefined,
    signal: new AbortController().signal,
    ...options,
  })
}

test('output, exit code and the end of stderr', async () => {
  const chunks: Uint8Array[] = []
  const end = await run('print.sh', {
    args: ['out $HOME *', `${'x'.repeat(5000)}end`, '3'],
    onStderr: (chunk) => chunks.push(chunk),
  })
  expect(Buffer.from(end.stdout).toString()).toBe('out $HOME *')
  expect(end).toMatchObject({ exitCode: 3, problem: undefined })
  expect(end.stderr).toBe(`${'x'.repeat(4093)}end`)
  expect(Buffer.concat(chunks).toString()).toHaveLength(5003)
})

test('without a first line that says what runs it, a script is run by sh, unlike in client-go', async () => {
  expect((await run('no-shebang')).exitCode).toBe(0)
})

test('standard input is empty', async () => {
  const { stdout } = await run('ask.sh')
  expect(Buffer.from(stdout).toString()).toContain('"asked-"')
})

test('what cannot be started is told without its arguments', async () => {
  for (const args of [['s3cret'], ['s3cret\0']]) {
    const end = await run('README.md', { args })
    expect(end).toMatchObject({ exitCode: null })
    expect(end.problem).toMatch(/^cannot be started \((?:EACCES|ERR_INVALID_ARG_VALUE)\)$/)
  }
})

test('one that prints without end is ended', async () => {
  const end = await run('flood.sh')
  expect(end.problem).toBe(`printed more than ${maxPluginOutput} bytes`)
  expect(end.stdout.length).toBeLessThanOrEqual(maxPluginOutput)
})

test('one that never ends is ended, even when it ignores that', async () => {
  await using made = await scratch()
  const env = { PATH: process.env['PATH'] ?? '', PID_FILE: made.file('pid') }
  const end = await run('hang.sh', { timeout: 1000, env })
  expect(end).toMatchObject({ exitCode: null, problem: 'did not end within 1 seconds' })
  expect(isRunning(Number(await made.read('pid')))).toBe(false)
})

test('an abort ends it', async () => {
  await using made = await scratch()
  const env = { PATH: process.env['PATH'] ?? '', PID_FILE: made.file('pid') }
  const controller = new AbortController()
  const running = run('hang.sh', { env, signal: controller.signal })
  await until(async () => (await made.read('pid')) !== '')
  const pid = Number(await made.read('pid'))
  controller.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await until(async () => !isRunning(pid))
})

test('a process that it leaves behind is not waited for', async () => {
  await using made = await scratch()
  const env = { PATH: process.env['PATH'] ?? '', PID_FILE: made.file('pid') }
  const end = await run('daemon.sh', { env })
  process.kill(Number(await made.read('pid')))
  expect(end).toMatchObject({ exitCode: 0, problem: undefined })
  expect(Buffer.from(end.stdout).toString()).toContain('"token":"d"')
})

test('a listener that throws fails the run and nothing else', async () => {
  const onStderr = () => {
    throw new Error('mine')
  }
  await expect(run('print.sh', { args: ['', 'x'], onStderr })).rejects.toThrow('mine')
})

test('an async listener that rejects fails the run, and behind its end nothing', async () => {
  const reject = async () => {
    throw new Error('mine')
  }
  await expect(run('print.sh', { args: ['', 'x'], onStderr: reject })).rejects.toThrow('mine')
  let late = () => {}
  const rejectLate = () =>
    new Promise<void>((_resolve, reject) => {
      late = () => reject(new Error('mine'))
    })
  const end = await run('print.sh', { args: ['', 'x'], onStderr: rejectLate })
  late()
  expect(end).toMatchObject({ exitCode: 0, problem: undefined })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await delay(10)
}
