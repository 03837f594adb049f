import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliEnvironment, cliMain } from '../support/cli-process.ts'

let cli: CliEnvironment
beforeAll(async () => {
  cli = await CliEnvironment.create({
    token: 'hunter2',
    users: [
      { name: 'execer', token: 'exec-only', rules: [{ resources: ['pods/exec'], verbs: ['*'] }] },
      { name: 'logger', token: 'log-only', rules: [{ resources: ['pods/log'], verbs: ['get'] }] },
      { name: 'nobody', token: 'nothing', rules: [{ resources: [], verbs: [] }] },
    ],
    pods: [
      { name: 'web-0', labels: { app: 'web' }, containers: [{ name: 'app', logs: 'one\ntwo\n' }] },
      { name: 'web-1', labels: { app: 'web' }, containers: [{ name: 'app', logs: 'uno\n' }] },
      {
        name: 'shell',
        containers: [
          {
            name: 'sh',
            stdin: true,
            attach: async ({ stdin, stdout }) => {
              for await (const chunk of stdin) stdout.write(`got ${chunk}`)
            },
          },
        ],
      },
    ],
    workloads: [{ kind: 'Deployment', name: 'web', matchLabels: { app: 'web' } }],
  })
})
afterAll(() => cli.close())

function start(...args: string[]) {
  const child = spawn(process.execPath, [cliMain, ...args], { env: cli.env, stdio: 'pipe' })
  child.stdin.on('error', () => {})
  return { child, ended: once(child, 'close') as Promise<[number | null]> }
}

describe('a role that may do only one thing', () => {
  it('exec alone is enough for a pod that is named', async () => {
    const run = await cli.podwire('--token=exec-only', 'exec', 'pod/web-0', '--', 'echo', 'hi')
    expect(run).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
  })

  it('and is not for a workload, which must be looked up', async () => {
    const { code, stderr } = await cli.podwire(
      ...['--token=exec-only', 'exec', 'deploy/web', '--', 'true'],
    )
    expect([code, stderr]).toEqual([
      1,
      'error: the role may not read what deploy/web stands for; name a pod\n',
    ])
  })

  it('logs alone as well', async () => {
    const run = await cli.podwire('--token=log-only', 'logs', 'web-0')
    expect(run).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' })
  })

  it('what is refused is told in the server’s words', async () => {
    const { code, stderr } = await cli.podwire('--token=nothing', 'get', 'pods')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error from server \(Forbidden\): pods is forbidden: /)
  })
})

describe('targets', () => {
  it.each(['deploy/web', 'deployment/web', 'app=web', 'web-0'])('exec %s', async (target) => {
    const { code, stdout, stderr } = await cli.podwire('exec', target, '--', 'echo', 'hi')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'hi\n', stderr: '' })
  })

  it('a workload without pods is waited for as long as is said', async () => {
    const args = ['exec', '--pod-running-timeout=100ms', 'app=none', '--', 'true']
    const { code, stderr } = await cli.podwire(...args)
    expect([code, stderr]).toEqual([
      1,
      'error: no pod in namespace default matches app=none within 100 ms\n',
    ])
  })
})

describe('attach', () => {
  it('hands over what is typed, and its end', async () => {
    const { child, ended } = start('attach', '-iq', 'shell')
    child.stdin.end('hello\n')
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'got hello\n', stderr: '' })
  })

  it('a container without stdin cannot be typed to', async () => {
    const { code, stderr } = await cli.podwire('attach', '-i', 'web-0')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: container app has no stdin/)
  })

  it('wrong --detach-keys end it before there is a session', async () => {
    const { code, stderr } = await cli.podwire('attach', '--detach-keys=foo', 'shell')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: --detach-keys takes keys with commas .* not "foo"\n$/)
  })

  it('-t for a container without a terminal is said, and goes on without', async () => {
    const { child, ended } = start('attach', '-it', 'shell')
    child.stdin.end('x\n')
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      ended,
    ])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'got x\n',
      stderr: 'error: Unable to use a TTY - container sh did not allocate one\n',
    })
  })
})

describe('logs', () => {
  it('of several pods, followed until they are left, line by line', async () => {
    const { child, ended } = start('logs', '-f', '-l', 'app=web', '--prefix')
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    await expect.poll(() => stdout.split('\n').length, { timeout: 20_000 }).toBe(4)
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(130)
    expect(stdout.split('\n').sort()).toEqual([
      '',
      '[pod/web-0/app] one',
      '[pod/web-0/app] two',
      '[pod/web-1/app] uno',
    ])
  })

  it('one that cannot be followed is the end of all', async () => {
    cli.server.setFault(({ path }) =>
      path.includes('/web-1/log') ? { kind: 'refuse', code: 500 } : null,
    )
    const { code, stderr } = await cli.podwire('logs', '-f', '-l', 'app=web')
    cli.server.setFault(null)
    expect(code).toBe(1)
    expect(stderr).toMatch(/500/)
  })

  it('more than may be followed at once', async () => {
    const args = ['logs', '-f', '-l', 'app=web', '--max-log-requests=1']
    const { code, stderr } = await cli.podwire(...args)
    expect(code).toBe(1)
    expect(stderr).toContain('attempting to follow 2 log streams')
  })

  it('a cut connection is an error', async () => {
    cli.server.setFault({ kind: 'reset', afterBytes: 2 })
    const { code } = await cli.podwire('logs', 'web-0')
    cli.server.setFault(null)
    expect(code).not.toBe(0)
  })
})

describe('a flag that is empty, as by a variable that is not set, is none', () => {
  it.each([
    [['exec', 'web-0', '-c', '', '--', 'echo', 'hi'], 'hi\n'],
    [['exec', 'web-0', '--request-timeout=', '--', 'echo', 'hi'], 'hi\n'],
    [['logs', 'web-1', '-c', ''], 'uno\n'],
    [['logs', 'web-1', ''], 'uno\n'],
    [['logs', 'web-1', '--all-containers', '-c', ''], 'uno\n'],
  ])('%j', async (args, stdout) => {
    expect(await cli.podwire(...args)).toEqual({ code: 0, stdout, stderr: '' })
  })
})

it.each([
  ['exec', 'web-0', '--', 'true'],
  ['logs', 'web-0'],
  ['attach', 'web-0'],
])('%s without time to wait for a pod', async (command, ...args) => {
  const { code, stderr } = await cli.podwire(command, '--pod-running-timeout=0', ...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error: --pod-running-timeout must be higher than zero\n/)
})

describe('-v', () => {
  it.each(['-v=6', '-v6', '--v=6'])('%s tells of requests, without secrets', async (flag) => {
    const { code, stdout, stderr } = await cli.podwire(
      ...['exec', flag, 'web-0', '--', 'echo', 's3cret'],
    )
    expect([code, stdout]).toEqual([0, 's3cret\n'])
    expect(stderr).toMatch(/^\S+ GET https:\/\/127\.0\.0\.1:\d+\/api\/v1\/\S+ 200 in \d+ ms$/m)
    expect(stderr).toMatch(/exec\?\S*command=… \(v4\.channel\.k8s\.io\) 101 in \d+ ms$/m)
    expect(stderr).toMatch(/session ended after .* close code 1000$/m)
    expect(stderr).not.toMatch(/s3cret|hunter2|stdout, /)
  })

  it('-v 8 tells of messages', async () => {
    const { stderr } = await cli.podwire('exec', '-v', '8', 'web-0', '--', 'echo', 's3cret')
    expect(stderr).toMatch(/ms <- stdout, 7 bytes$/m)
    expect(stderr).not.toContain('s3cret')
  })
})
