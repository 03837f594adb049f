import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientOptions, Pod } from '../../src/index.ts'
import { ConnectionLostError, connect } from '../../src/index.ts'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import type { DeadLine } from '../support/dead-line.ts'
import { deadLine } from '../support/dead-line.ts'
import { testProxy } from '../support/proxy.ts'

const sh = (script: string) => ['sh', '-c', script]
const heartbeat = { interval: 50, deadline: 400 }
/** How late the end may be, in milliseconds, on a machine that is busy. */
const patience = 3_000

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

async function podAt(url: string, options: ClientOptions & { proxyUrl?: string } = {}) {
  const { ca, token } = server
  const cluster = await connect({
    server: url,
    tls: { ca },
    auth: { token },
    heartbeat,
    ...options,
  })
  return cluster.pod('web-0', { container: 'app' })
}

/** How long the session goes on, which then is lost. */
async function timeToLoss(exit: Promise<unknown>): Promise<number> {
  const started = performance.now()
  const error = await exit.catch((reason) => reason)
  expect(error).toBeInstanceOf(ConnectionLostError)
  expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST', exitCode: null })
  return performance.now() - started
}

async function started(pod: Pod, script: string) {
  const remote = await pod.spawn(sh(`echo ready; ${script}`), { stdin: true })
  await new Promise((resolve) => remote.stdout.once('data', resolve))
  return remote
}

describe('a line that dies', () => {
  it.each<[string, string, (line: DeadLine) => Promise<unknown>]>([
    [
      'under a session that is idle',
      'nothing for 400 ms',
      async (line) => {
        const { exit } = await started(await podAt(line.url), 'sleep 60')
        line.die()
        return exit
      },
    ],
    [
      'before a key is pressed',
      'nothing for 400 ms',
      async (line) => {
        const { exit, stdin } = await started(await podAt(line.url), 'cat')
        line.die()
        stdin.write('x')
        return exit
      },
    ],
    [
      'under stdin that stands still',
      'does not answer on a new connection either',
      async (line) => {
        const { exit, stdin } = await started(await podAt(line.url), 'sleep 60')
        line.die()
        stdin.write(Buffer.alloc(8 * 1024 * 1024))
        return exit
      },
    ],
    [
      'while nobody reads the output',
      'does not answer on a new connection either',
      async (line) => {
        const pod = await podAt(line.url, { outputSlack: 1024 })
        const { exit, stdout } = await pod.spawn(sh('head -c 9000000 /dev/zero; sleep 60'))
        // Paused once the slack is full.
        await new Promise((resolve) => stdout.once('readable', resolve))
        line.die()
        return exit
      },
    ],
  ])('%s', async (_name, words, lose) => {
    await using line = await deadLine(server.url)
    const time = await timeToLoss(
      lose(line).catch((error) => {
        expect(error.message).toContain(words)
        throw error
      }),
    )
    expect(time).toBeLessThan(2 * heartbeat.deadline + patience)
  })
})

describe('a session lives on', () => {
  it('however long a healthy command is silent', async () => {
    const { exit } = await (await podAt(server.url)).spawn(sh('sleep 1.5; exit 3'))
    expect(await exit).toMatchObject({ exitCode: 3 })
  })

  it('while stdin stands still, as long as the server answers elsewhere', async () => {
    await using line = await deadLine(server.url)
    const { exit, stdin } = await started(await podAt(line.url), 'sleep 2; cat >/dev/null; exit 3')
    stdin.end(Buffer.alloc(8 * 1024 * 1024))
    expect(await exit).toMatchObject({ exitCode: 3 })
  })
})

it('what a server has said before it closed is all read, however late', async () => {
  const patient = { interval: 200, deadline: 1_000 }
  const pod = await podAt(server.url, { heartbeat: patient, outputSlack: 1024 })
  const { stdout, exit } = await pod.spawn(sh('head -c 3000000 /dev/zero; exit 3'))
  await new Promise((resolve) => stdout.once('readable', resolve))
  // Several intervals later the server has long gone.
  await new Promise((resolve) => setTimeout(resolve, 4 * patient.interval))
  let length = 0
  stdout.on('data', (chunk) => {
    length += chunk.length
  })
  expect(await exit).toMatchObject({ exitCode: 3 })
  expect(length).toBe(3_000_000)
})

it('the probe goes through the proxy that the session goes through', async () => {
  await using proxy = await testProxy()
  const pod = await podAt(server.url, { proxyUrl: proxy.url, outputSlack: 1024 })
  await using remote = await pod.spawn(sh('head -c 9000000 /dev/zero; sleep 60'))
  await new Promise((resolve) => remote.stdout.once('readable', resolve))
  await expect.poll(() => proxy.targets.length, { timeout: 10_000 }).toBeGreaterThan(2)
  expect(new Set(proxy.targets)).toEqual(new Set([new URL(server.url).host]))
})
