import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let server: TestServer
let folder: string
let kubeconfig: string

beforeAll(async () => {
  if (!existsSync(main)) throw new Error(`there is no ${main}; build it first: npm run build`)
  server = await createTestServer()
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  kubeconfig = join(folder, 'config')
  await server.writeKubeconfig(kubeconfig)
})
beforeEach(() => server.setFault(null))
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** `podwire exec -i` of a shell script, with something to read. */
async function exec(options: readonly string[], script: string, stdin = '') {
  const args = [main, 'exec', '--kubeconfig', kubeconfig, '-i', ...options, 'web-0']
  const child = spawn(process.execPath, [...args, '--', 'sh', '-c', script], { stdio: 'pipe' })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  return { stdout, stderr, exitCode }
}

it('gives output and exit code as they are', async () => {
  expect(await exec(['--verify'], 'cat; echo err >&2; exit 3', 'in')).toEqual({
    stdout: 'in',
    stderr: 'err\ncommand terminated with exit code 3\n',
    exitCode: 3,
  })
})

it('a hop that is lost is 255 instead of 0', async () => {
  server.setFault({ kind: 'lost-hop', afterBytes: 4 })
  const script = 'echo out; sleep 60'
  expect(await exec([], script)).toMatchObject({ stdout: 'out\n', exitCode: 0 })
  const verified = await exec(['--verify'], script)
  expect(verified).toMatchObject({ stdout: 'out\n', exitCode: 255 })
  expect(verified.stderr).toMatch(/^error: the server reported success, but the command/)
})

it('stdin that is left unread does not hold it up', async () => {
  server.setFault({ kind: 'unread-stdin' })
  const result = await exec(['--verify'], 'head -c 5; exit 3', 'x'.repeat(1024 * 1024))
  expect(result).toEqual({
    stdout: 'xxxxx',
    stderr: 'command terminated with exit code 3\n',
    exitCode: 3,
  })
})
