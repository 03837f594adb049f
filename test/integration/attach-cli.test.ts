import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProcessHandler, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const ticking: ProcessHandler = async ({ stdout, stderr, signal }) => {
  while (!signal.aborted) {
    stdout.write('tick\n')
    stderr.write('tock\n')
    await sleep(10)
  }
}
const answering: ProcessHandler = async ({ stdin, stdout }) => {
  for await (const chunk of stdin) {
    stdout.write(`got ${chunk}`)
    return 5
  }
  return 0
}

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await createTestServer({
    pods: [
      { name: 'web-0', containers: [{ name: 'app', attach: ticking }] },
      { name: 'asking-0', containers: [{ name: 'app', stdin: true, attach: answering }] },
    ],
  })
  folder = await mkdtemp(join(tmpdir(), 'podwire-'))
  await server.writeKubeconfig(join(folder, 'config'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

function start(...args: string[]) {
  const command = [main, 'attach', '--kubeconfig', join(folder, 'config'), ...args]
  const child = spawn(process.execPath, command, { stdio: 'pipe' })
  child.stdin.on('error', () => {})
  return { child, end: once(child, 'close') }
}

it('a reader that has gone, such as head, ends it in silence', async () => {
  const { child, end } = start('web-0')
  const stderr = text(child.stderr)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect((await end)[0]).toBe(141)
  expect((await stderr).replaceAll('tock\n', '')).toBe('')
})

it('SIGTERM ends it', async () => {
  const { child, end } = start('web-0')
  child.stderr.resume()
  await once(child.stdout, 'data')
  child.kill()
  expect((await end)[0]).toBe(143)
})

it('hands stdin over, and does not wait for its end', async () => {
  const { child, end } = start('-i', 'asking-0')
  child.stdin.write('one\n')
  expect(await text(child.stdout)).toBe('got one\n')
  // The container's exit code is not told.
  expect((await end)[0]).toBe(0)
})
