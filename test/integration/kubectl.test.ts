import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { findKubectl } from '../support/kubectl.ts'

const kubectl = findKubectl()
const absent = kubectl.path === null
const because = kubectl.reason === null ? kubectl.version : `skipped: ${kubectl.reason}`

let server: TestServer
let folder: string
let kubeconfig: string

beforeAll(async () => {
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
      { name: 'done', labels: { app: 'batch' }, phase: 'Succeeded', containers: [{ name: 'job' }] },
    ],
  })
  folder = await mkdtemp(join(tmpdir(), 'podwire-kubectl-'))
  kubeconfig = join(folder, 'config')
  await server.writeKubeconfig(kubeconfig)
})

afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Run {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

async function run(args: readonly string[], stdin?: Uint8Array): Promise<Run> {
  return execute(kubectl.path ?? '', args, stdin)
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

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
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

it.skipIf(absent)(`exec -it has a terminal (${because})`, async () => {
  const command = `stty rows 31 cols 97; ${kubectl.path} exec -it web-0 -- sh -c 'test -t 0 && test -t 1 && echo terminal; exit 5'`
  const { code, stdout } = await execute('script', ['-qec', command, '/dev/null'])
  expect(stdout.toString()).toContain('terminal\r\n')
  expect(code).toBe(5)
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
