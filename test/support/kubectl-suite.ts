import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { programPath } from './shells.ts'

interface Run {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A kubectl for the suite, found or built only when it is wanted, or why there is none. */
export interface KubectlUnderTest {
  /** Part of every test's name. */
  readonly name: string
  /** `null`: the tests are skipped, and `name` says why. */
  readonly path: (() => Promise<string>) | null
  /** Milliseconds that `path` may take. */
  readonly timeout: number
}

/** The real client drives our test server: where they disagree, the server is wrong. */
export function kubectlSuite({ name: because, path, timeout }: KubectlUnderTest): void {
  const absent = path === null
  let kubectl: string
  let server: TestServer
  let folder: string
  let kubeconfig: string

  beforeAll(async () => {
    if (path !== null) kubectl = await path()
    server = await createTestServer({
      pods: [
        {
          name: 'web-0',
          labels: { app: 'web' },
          containers: [
            {
              name: 'app',
              stdin: true,
              stdinOnce: true,
              attach: async ({ stdin, stdout }) => {
                for await (const chunk of stdin) stdout.write(`got ${chunk}`)
              },
            },
          ],
        },
        {
          name: 'two',
          containers: [{ name: 'one', logs: 'first\nsecond\nthird\n' }, { name: 'other' }],
        },
        {
          name: 'done',
          labels: { app: 'batch' },
          phase: 'Succeeded',
          containers: [{ name: 'job' }],
        },
      ],
    })
    folder = await mkdtemp(join(tmpdir(), 'podwire-kubectl-'))
    kubeconfig = join(folder, 'config')
    await server.writeKubeconfig(kubeconfig)
  }, timeout)

  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function run(args: readonly string[], stdin?: Uint8Array): Promise<Run> {
    return execute(kubectl, args, stdin)
  }

  async function execute(file: string, args: readonly string[], stdin?: Uint8Array): Promise<Run> {
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, TERM: 'xterm' }
    const child = spawn(file, args, { env, stdio: 'pipe' })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    const [code] = await once(child, 'close')
    return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }
  }

  it.skipIf(absent)(`get pods (${because})`, async () => {
    const { code, stdout, stderr } = await run(['get', 'pods', '--no-headers'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = stdout.toString().trimEnd().split('\n')
    expect(rows.map((row) => row.split(/\s+/).slice(0, 4).join(' '))).toEqual([
      'web-0 1/1 Running 0',
      'two 2/2 Running 0',
      'done 0/1 Completed 0',
    ])
  })

  it.skipIf(absent)(`get pods by selectors (${because})`, async () => {
    const byLabel = await run(['get', 'pods', '-A', '-l', 'app in (web)', '-o', 'name'])
    expect(byLabel.stdout.toString()).toBe('pod/web-0\n')
    const byField = await run([
      'get',
      'pods',
      '--field-selector',
      'status.phase=Succeeded',
      '-o',
      'name',
    ])
    expect(byField.stdout.toString()).toBe('pod/done\n')
    const paged = await run(['get', 'pods', '--chunk-size', '1', '-o', 'name'])
    expect(paged.stdout.toString()).toBe('pod/web-0\npod/two\npod/done\n')
  })

  it.skipIf(absent)(`describes a pod as JSON (${because})`, async () => {
    const { stdout } = await run(['get', 'pod', 'web-0', '-o', 'json'])
    const { spec, status } = JSON.parse(stdout.toString())
    expect(spec.containers[0]).toMatchObject({ name: 'app', stdin: true, stdinOnce: true })
    expect(status.containerStatuses[0].containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/)
  })

  it.skipIf(absent)(`exec (${because})`, async () => {
    const { code, stdout, stderr } = await run([
      'exec',
      'web-0',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2',
    ])
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 0,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  it.skipIf(absent)(`exec with an exit code (${because})`, async () => {
    const { code, stderr } = await run(['exec', 'web-0', '--', 'sh', '-c', 'exit 3'])
    expect(code).toBe(3)
    expect(stderr).toBe('command terminated with exit code 3\n')
  })

  it.skipIf(absent)(`exec in a named container (${because})`, async () => {
    const named = await run(['exec', 'two', '-c', 'other', '--', 'echo', 'hi'])
    expect(named.stdout.toString()).toBe('hi\n')
    const wrong = await run(['exec', 'two', '-c', 'zzz', '--', 'echo', 'hi'])
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('container zzz is not valid for pod two')
  })

  it.skipIf(absent)(`exec of an unknown command (${because})`, async () => {
    const { code, stderr } = await run(['exec', 'web-0', '--', 'nope'])
    expect(code).toBe(1)
    expect(stderr).toContain('exec: "nope": executable file not found in $PATH')
  })

  it.skipIf(absent)(`exec in an unknown pod (${because})`, async () => {
    const { code, stderr } = await run(['exec', 'zzz', '--', 'true'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Error from server (NotFound): pods "zzz" not found\n',
    })
  })

  it.skipIf(absent)(`exec -i carries 1 MiB there and back (${because})`, async () => {
    const bytes = randomBytes(1024 * 1024)
    const { code, stdout } = await run(['exec', '-i', 'web-0', '--', 'cat'], bytes)
    expect({ code, sha256: sha256(stdout) }).toEqual({ code: 0, sha256: sha256(bytes) })
  })

  it.skipIf(absent)(`exec -it has a terminal (${because})`, async (context) => {
    context.skip(programPath('script') === null, 'no script in PATH')
    const command = `stty rows 31 cols 97; ${kubectl} exec -it web-0 -- sh -c 'test -t 0 && test -t 1 && echo terminal; exit 5'`
    const { code, stdout } = await execute('script', ['-qec', command, '/dev/null'])
    expect(stdout.toString()).toContain('terminal\r\n')
    expect(code).toBe(5)
  })

  it.skipIf(absent)(`exec -it follows the terminal's size (${because})`, async () => {
    const { spawn: spawnTerminal } = await import('@lydell/node-pty')
    const script = 'trap "stty size" WINCH; stty size; read line; stty size; read line; exit 0'
    const terminal = spawnTerminal(kubectl, ['exec', '-it', 'web-0', '--', 'sh', '-c', script], {
      cols: 90,
      rows: 30,
      env: { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, TERM: 'xterm' },
    })
    let output = ''
    terminal.onData((text) => {
      output += text
    })
    const exited = new Promise<number>((resolve) => {
      terminal.onExit(({ exitCode }) => resolve(exitCode))
    })
    await expect.poll(() => output, { timeout: 10_000 }).toContain('30 90')
    terminal.resize(120, 40)
    await expect.poll(() => output, { timeout: 10_000 }).toContain('40 120')
    terminal.write('\r\r')
    expect(await exited).toBe(0)
  })

  it.skipIf(absent)(`cp both ways (${because})`, async () => {
    const there = join(folder, 'there')
    await mkdir(there)
    const bytes = randomBytes(300_000)
    await writeFile(join(folder, 'file'), bytes)
    const to = await run(['cp', join(folder, 'file'), `web-0:${there}/copy`])
    expect({ code: to.code, stderr: to.stderr }).toEqual({ code: 0, stderr: '' })
    expect(sha256(await readFile(join(there, 'copy')))).toBe(sha256(bytes))
    const from = await run(['cp', `web-0:${there}/copy`, join(folder, 'back')])
    expect(from.code).toBe(0)
    expect(sha256(await readFile(join(folder, 'back')))).toBe(sha256(bytes))
  })

  it.skipIf(absent)(`attach -i (${because})`, async () => {
    const { code, stdout } = await run(['attach', '-i', 'web-0'], Buffer.from('hello\n'))
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'got hello\n' })
  })

  it.skipIf(absent)(`logs (${because})`, async () => {
    const tail = await run(['logs', 'two', '-c', 'one', '--tail', '2'])
    expect(tail.stdout.toString()).toBe('second\nthird\n')
    const all = await run(['logs', 'two', '-c', 'one'])
    expect(all.stdout.toString()).toBe('first\nsecond\nthird\n')
  })

  it.skipIf(absent)(`all of it over v5 alone, as kubectl offers (${because})`, () => {
    const offers = server.requests
      .filter(({ subprotocols }) => subprotocols.length > 0)
      .map(({ subprotocols }) => subprotocols.join())
    expect(new Set(offers)).toEqual(new Set(['v5.channel.k8s.io']))
  })
}
