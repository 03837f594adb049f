import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { version } from '../../src/version.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const token = 'hunter2-token'
const mebibyte = 1024 * 1024

let server: TestServer
let folder: string
let kubeconfig: string
const children = new Set<ChildProcess>()

beforeAll(async () => {
  if (!existsSync(main)) throw new Error(`there is no ${main}; build it first: npm run build`)
  server = await createTestServer({
    token,
    pods: [
      { name: 'web-0', containers: [{ name: 'app' }] },
      { name: 'windows', containers: [{ name: 'app', exec: () => 3_221_225_477 }] },
    ],
  })
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  kubeconfig = join(folder, 'config')
  await server.writeKubeconfig(kubeconfig)
})
beforeEach(() => server.setFault(null))
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

function start(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' })
  children.add(child)
  child.stdin.on('error', () => {})
  const exit = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal)
  return { child, exit }
}

const startExec = (...args: string[]) => start('exec', '--kubeconfig', kubeconfig, ...args)

/** Runs the program to its end, with nothing to read. */
async function run(...args: string[]) {
  const { child, exit } = start(...args)
  child.stdin.end()
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  expect(stdout + stderr).not.toMatch(/hunter2|PRIVATE KEY/)
  return { code, stdout, stderr }
}

const runExec = (...args: string[]) => run('exec', '--kubeconfig', kubeconfig, ...args)
const sh = (pod: string, script: string) => runExec(pod, '--', 'sh', '-c', script)

/** One message of ours, on one or two lines, without a stack. */
function expectMessage(stderr: string, words: RegExp): void {
  expect(stderr).toMatch(/^(?:error: |Error from server|Unable to connect|command terminated)/)
  expect(stderr).toMatch(words)
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
  expect(stderr).not.toMatch(/^ {4}at /m)
}

describe('what a command does is passed through', () => {
  it('stdout, stderr and exit code', async () => {
    expect(await sh('web-0', 'echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\ncommand terminated with exit code 7\n',
    })
  })

  it.each([0, 1, 2, 126, 127, 128, 254, 255])('exit code %i', async (code) => {
    const stderr = code === 0 ? '' : `command terminated with exit code ${code}\n`
    expect(await sh('web-0', `exit ${code}`)).toEqual({ code, stdout: '', stderr })
  })

  it('an exit code over 255 is 255, and named', async () => {
    const { code, stderr } = await runExec('windows', '--', 'x')
    expect(code).toBe(255)
    expectMessage(stderr, /exit code 3221225477/)
  })

  it('binary output, every byte of it', async () => {
    const script = 'process.stdout.write(Uint8Array.from({ length: 3e6 }, (_, i) => (i * 7) % 256))'
    const { child, exit } = startExec('pod/web-0', '-c', 'app', '--', 'node', '-e', script)
    const output = await buffer(child.stdout)
    expect(await exit).toBe(0)
    expect(output.equals(Uint8Array.from({ length: 3e6 }, (_, i) => (i * 7) % 256))).toBe(true)
  })

  it('standard input, a mebibyte both ways', async () => {
    const input = randomBytes(mebibyte)
    const { child, exit } = startExec('-i', 'web-0', '--', 'cat')
    child.stdin.end(input)
    const output = await buffer(child.stdout)
    expect(await exit).toBe(0)
    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(digest(output)).toBe(digest(input))
  })

  it('standard input is not read without -i', async () => {
    const { child, exit } = startExec('web-0', '--', 'wc', '-c')
    expect((await text(child.stdout)).trim()).toBe('0')
    expect(await exit).toBe(0)
  })

  it('an input that never ends does not keep it from ending', async () => {
    const { child, exit } = startExec('-i', 'web-0', '--', 'sh', '-c', 'echo done; exit 3')
    expect(await text(child.stdout)).toBe('done\n')
    expect(await exit).toBe(3)
  })

  it('an input that the command leaves unread', async () => {
    const { child, exit } = startExec('-i', 'web-0', '--', 'head', '-c', '5')
    child.stdin.end(Buffer.alloc(32 * 1024, 'x'))
    expect(await text(child.stdout)).toBe('xxxxx')
    expect(await exit).toBe(0)
  })
})

describe('what goes wrong is one message', () => {
  it('no such command: 1', async () => {
    const { code, stderr, stdout } = await runExec('web-0', '--', 'no-such-command')
    expect([code, stdout]).toEqual([1, ''])
    expectMessage(stderr, /executable file not found/)
  })

  it('no pod’s name: 1', async () => {
    const { code, stderr } = await runExec('Not/A/Pod', '--', 'true')
    expect(code).toBe(1)
    expectMessage(stderr, /"Not\/A\/Pod" leads to no pods/)
  })

  it('no such pod: 1', async () => {
    const { code, stderr } = await runExec('zzz', '--', 'true')
    expect(code).toBe(1)
    expectMessage(stderr, /^Error from server \(NotFound\): pods "zzz" not found$/m)
  })

  it('wrong credentials: 1', async () => {
    const path = join(folder, 'wrong')
    await writeFile(path, server.kubeconfig.replace(token, 'hunter2-wrong'))
    const { code, stderr } = await run('exec', '--kubeconfig', path, 'web-0', '--', 'true')
    expect(code).toBe(1)
    expectMessage(stderr, /You must be logged in to the server \(Unauthorized\)/)
  })

  it('nobody listens: 1', async () => {
    const path = join(folder, 'closed')
    await writeFile(path, server.kubeconfig.replace(/server: .*/, 'server: https://127.0.0.1:9'))
    const { code, stderr } = await run('exec', '--kubeconfig', path, 'web-0', '--', 'true')
    expect(code).toBe(1)
    expectMessage(stderr, /nothing listens at 127\.0\.0\.1:9/)
  })

  it('no kubeconfig: 1', async () => {
    const path = join(folder, 'missing')
    const { code, stderr } = await run('exec', '--kubeconfig', path, 'web-0', '--', 'true')
    expect(code).toBe(1)
    expectMessage(stderr, /missing/)
  })

  it('a lost connection: 255, with the output until then', async () => {
    server.setFault({ kind: 'reset', afterBytes: 6 })
    const { code, stdout, stderr } = await sh('web-0', 'echo first; sleep 1; echo second')
    expect([code, stdout]).toEqual([255, 'first\n'])
    expectMessage(stderr, /connection was lost/)
  })

  it('no status: 255', async () => {
    server.setFault({ kind: 'no-status' })
    const { code, stderr } = await sh('web-0', 'exit 0')
    expect(code).toBe(255)
    expectMessage(stderr, /without a status/)
  })

  it.each([
    [['no-such-action'], /unknown command "no-such-action"/],
    [['exec'], /pod or type\/name must be specified/],
    [['exec', 'web-0'], /at least one command/],
    [['exec', 'web-0', '--'], /at least one command/],
    [['exec', 'web-0', 'ls', '--', 'x'], /not supported anymore/],
    [['exec', '--no-such-option', 'web-0', '--', 'x'], /--no-such-option/],
  ])('usage: %j', async (args, words) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout]).toEqual([1, ''])
    expectMessage(stderr, words)
  })
})

describe('ends from this side', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: %i, promptly, and no output is lost', async (signal, expected) => {
    const { child, exit } = startExec('-i', 'web-0', '--', 'sh', '-c', 'echo begun; exec sleep 60')
    const [first] = await once(child.stdout, 'data')
    const started = performance.now()
    child.kill(signal)
    const [code, rest, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
    expect([code, `${first}${rest}`, stderr]).toEqual([expected, 'begun\n', ''])
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('SIGINT while the server does not answer', async () => {
    server.setFault({ kind: 'no-answer' })
    const before = server.requests.length
    const { child, exit } = startExec('web-0', '--', 'true')
    await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBe(before + 1)
    child.kill('SIGINT')
    expect(await exit).toBe(130)
  })

  it('a reader that goes ends it quietly', async () => {
    const { child, exit } = startExec('web-0', '--', 'sh', '-c', 'while :; do echo y; done')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code, stderr] = await Promise.all([exit, text(child.stderr)])
    expect([code, stderr]).toEqual([141, ''])
  })

  it('a reader that goes after the command has ended', async () => {
    const command = ['head', '-c', '500000', '/dev/zero']
    const { child, exit } = startExec('web-0', '--', ...command)
    child.stdout.pause()
    await once(child.stdout, 'readable')
    await expect.poll(() => server.connections, { timeout: 10_000 }).toBe(0)
    child.stdout.destroy()
    const [code, stderr] = await Promise.all([exit, text(child.stderr)])
    expect([code, stderr]).toEqual([141, ''])
  })

  it('a reader that goes before it gets a list', async () => {
    const { child, exit } = start('get', 'pods', '--kubeconfig', kubeconfig)
    child.stdout.destroy()
    const [code, stderr] = await Promise.all([exit, text(child.stderr)])
    expect([code, stderr]).toEqual([141, ''])
  })

  it('a reader that is slow gets everything', async () => {
    const { child, exit } = startExec('web-0', '--', 'head', '-c', `${8 * mebibyte}`, '/dev/zero')
    let length = 0
    for await (const chunk of child.stdout) {
      length += chunk.length
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect([length, await exit]).toEqual([8 * mebibyte, 0])
  })
})

describe('about itself', () => {
  it.each([
    [[], 'Commands:'],
    [['--help'], 'Commands:'],
    [['-h'], 'Commands:'],
    [['help'], 'Commands:'],
    [['exec', '--help'], 'podwire exec (POD | TYPE/NAME)'],
    [['exec', 'web-0', '-h', '--', 'x'], 'podwire exec (POD | TYPE/NAME)'],
    [['help', 'exec'], 'podwire exec (POD | TYPE/NAME)'],
    [['options'], '--kubeconfig FILE'],
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(words)
  })

  it.each([['--version'], ['version'], ['version', '--client']])('%s %s', async (...args) => {
    expect(await run(...args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('config', () => {
  it('view shows what a command would use, without its secrets', async () => {
    const { code, stdout, stderr } = await run('config', 'view', '--kubeconfig', kubeconfig)
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      server: server.url,
      namespace: 'default',
      auth: { token: '[redacted]' },
      source: 'kubeconfig',
      context: 'test',
      files: [kubeconfig],
      anonymous: false,
    })
  })

  it('contexts lists them, the current one marked', async () => {
    const { code, stdout } = await run('config', 'contexts', '--kubeconfig', kubeconfig)
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'CURRENT   NAME   CLUSTER   AUTHINFO           NAMESPACE',
      '*         test   test      kubernetes-admin   default',
      '',
    ])
  })
})

it.skipIf(!existsSync('/dev/full'))(
  'an output that cannot be written is named: 255 (needs /dev/full)',
  async () => {
    const full = await open('/dev/full', 'w')
    const args = [main, 'exec', '--kubeconfig', kubeconfig, 'web-0', '--', 'echo', 'hi']
    const child = spawn(process.execPath, args, { stdio: ['ignore', full.fd, 'pipe'] })
    children.add(child)
    const [stderr, [code]] = await Promise.all([
      text(child.stderr as Readable),
      once(child, 'close'),
    ])
    await full.close()
    expect(code).toBe(255)
    expectMessage(stderr, /could not be written: ENOSPC/)
  },
)
