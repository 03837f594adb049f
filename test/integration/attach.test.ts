import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttachOptions, PodwireError, TerminalSize, UpgradeError } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { Generation, ProcessHandler, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { rejection } from '../support/rejection.ts'
import { Transcript } from '../support/transcript.ts'

const v4 = 'v4.channel.k8s.io'
const v5 = 'v5.channel.k8s.io'
const success = { metadata: {}, status: 'Success' }

/** Prints on both outputs, and ends. */
const printing: ProcessHandler = ({ stdout, stderr }) => {
  stdout.write('out\n')
  stderr.write('err\n')
}

/** Answers each piece of stdin, and the first sizes. */
const answering: ProcessHandler = async ({ stdin, stdout, stderr, sizes }) => {
  void (async () => {
    for await (const { columns, rows } of sizes) stdout.write(`${columns}x${rows}\n`)
  })()
  stdout.write('ready\n')
  for await (const chunk of stdin) {
    stdout.write(`got ${chunk}\n`)
    stderr.write(`err ${chunk}\n`)
  }
  stdout.write('over\n')
  return 7
}

let server: TestServer
const opened: TestServer[] = []

async function listen(generation: Generation = 'api-server'): Promise<TestServer> {
  const created = await createTestServer({
    generation,
    users: [
      { name: 'attacher', token: 'attacher', rules: [{ resources: ['*'], verbs: ['create'] }] },
    ],
    pods: [
      {
        name: 'web-0',
        annotations: { 'kubectl.kubernetes.io/default-container': 'quiet' },
        containers: [
          { name: 'shell', stdin: true, tty: true, attach: answering },
          { name: 'asking', stdin: true, attach: answering },
          { name: 'once', stdin: true, stdinOnce: true, attach: answering },
          { name: 'quiet', attach: printing },
          { name: 'crashed', state: { waiting: { reason: 'CrashLoopBackOff' } } },
          { name: 'ended', state: { terminated: { exitCode: 3, reason: 'Error' } } },
        ],
        initContainers: [{ name: 'setup', attach: printing }],
        ephemeralContainers: [{ name: 'debug', attach: printing }],
      },
      { name: 'done-0', phase: 'Succeeded', containers: [{ name: 'app' }] },
      { name: 'pending-0', phase: 'Pending', containers: [{ name: 'app' }] },
    ],
  })
  opened.push(created)
  return created
}

beforeEach(async () => {
  server = await listen()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

async function attach(
  options: AttachOptions = {},
  { on = server, pod = 'web-0', token = '' } = {},
) {
  const auth = { token: token || on.token }
  const cluster = await connect({ server: on.url, tls: { ca: on.ca }, auth })
  return cluster.pod(pod).attach(options)
}

/** The paths of all requests, behind the namespace's. */
const requests = (on = server) => on.requests.map(({ path }) => path.replace(/^.*\/pods\//, ''))

describe('a container without stdin', () => {
  it('is shown, and its end is no exit code', async () => {
    const remote = await attach()
    expect(remote).toMatchObject({ kind: 'attach', tty: false, stdin: null, protocol: v4 })
    const [out, err] = [text(remote.stdout as Readable), text(remote.stderr as Readable)]
    expect(await Promise.all([out, err])).toEqual(['out\n', 'err\n'])
    expect(await remote.exit).toEqual({ exitCode: null, status: success, verified: false })
    expect(requests()).toEqual([
      'web-0',
      'web-0/attach?container=quiet&stdin=false&stdout=true&stderr=true&tty=false',
    ])
  })

  it.each(['setup', 'debug'])('of another kind, too: %s', async (container) => {
    const remote = await attach({ container, stderr: false })
    expect([await text(remote.stdout as Readable), remote.stderr]).toEqual(['out\n', null])
  })

  it('has none to be asked for', async () => {
    expect(await rejection<PodwireError>(attach({ stdin: true }))).toMatchObject({
      name: 'PodwireError',
      code: 'ERR_CONTAINER_STDIN',
      message: expect.stringContaining('container quiet has no stdin'),
    })
    expect(requests()).toEqual(['web-0'])
  })
})

describe('a container with stdin', () => {
  it('is written to; the end of stdin ends the session', async () => {
    const remote = await attach({ container: 'asking', stdin: true })
    expect(remote).toMatchObject({ tty: false, protocol: v5, canEndStdin: true })
    const stdout = new Transcript(remote.stdout)
    await stdout.until('ready\n')
    remote.stdin?.write('one')
    expect(await stdout.until('got one\n')).toBe('ready\ngot one\n')
    remote.stdin?.end()
    expect(await remote.exit).toEqual({ exitCode: null, status: success, verified: false })
  })

  it('is only watched without a stdin, over v5, so that it is not detached', async () => {
    for (const container of ['asking', 'once', 'shell']) {
      const remote = await attach({ container })
      expect(remote.protocol).toBe(v5)
      expect(requests().at(-1)).toContain('stdin=false')
      await new Transcript(remote.stdout).until('ready\n')
      await remote.close()
    }
  })

  it('has a stdin of its own that ends with ours when it says stdinOnce', async () => {
    const remote = await attach({ container: 'once', stdin: true })
    remote.stdin?.end('one')
    expect(await text(remote.stdout as Readable)).toBe('ready\ngot one\nover\n')
  })

  it('leaves the process alone when it is closed', async () => {
    const remote = await attach({ container: 'asking', stdin: true })
    await remote.close()
    expect(await rejection(remote.exit)).toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })
})

describe('a container with a tty', () => {
  it('has it here, too: one output, sizes, and the redraw that comes with the first', async () => {
    const size: TerminalSize = { columns: 80, rows: 24 }
    const remote = await attach({ container: 'shell', stdin: true, size })
    expect(remote).toMatchObject({ tty: true, stderr: null, protocol: v4, canEndStdin: true })
    expect(requests().at(-1)).toBe(
      'web-0/attach?container=shell&stdin=true&stdout=true&stderr=false&tty=true',
    )
    const stdout = new Transcript(remote.stdout)
    expect(await stdout.until('80x24\n')).toMatch(/81x25\n.*80x24\n$/s)
    remote.resize({ columns: 100, rows: 30 })
    await stdout.until('100x30\n')
    remote.stdin?.write('x')
    expect(await stdout.until('got x\n')).not.toContain('err')
    await remote.close()
  })
})

describe('servers without v5', () => {
  let old: TestServer
  beforeEach(async () => {
    old = await listen('runtime')
  })

  it('are asked for a stdin that there is none of', async () => {
    for (const container of ['asking', 'shell']) {
      const remote = await attach({ container }, { on: old })
      expect([remote.protocol, remote.stdin]).toEqual([v4, null])
      expect(requests(old).at(-1)).toContain('stdin=true')
      await new Transcript(remote.stdout).until('ready\n')
      await remote.close()
    }
  })

  it('cannot be told the end of stdin', async () => {
    const remote = await attach({ container: 'asking', stdin: true }, { on: old })
    expect(remote).toMatchObject({ protocol: v4, canEndStdin: false })
    await remote.close()
  })

  const wouldEnd = { name: 'PodwireError', code: 'ERR_CONTAINER_STDIN' }
  it('would end the stdin of a container with stdinOnce, which is not risked', async () => {
    const error = await rejection<PodwireError>(attach({ container: 'once' }, { on: old }))
    expect(error).toMatchObject({ ...wouldEnd, cause: { code: 'ERR_SUBPROTOCOL' } })
    const asked = attach({ container: 'once', subprotocol: v4 })
    expect(await rejection(asked)).toMatchObject(wouldEnd)
    expect(requests()).toEqual(['web-0'])
    const remote = await attach({ container: 'once', stdin: true }, { on: old })
    expect(remote.protocol).toBe(v4)
    await remote.close()
  })
})

describe('what cannot be attached to', () => {
  const notRunning = 'ERR_CONTAINER_NOT_RUNNING'
  it.each([
    ['web-0', 'crashed', notRunning, 'it is waiting (CrashLoopBackOff)'],
    ['web-0', 'ended', notRunning, 'it has ended with exit code 3 (Error)'],
    ['done-0', 'app', notRunning, 'it has ended with exit code 0 (Completed)'],
    ['pending-0', 'app', notRunning, 'it is waiting (ContainerCreating)'],
    ['web-0', 'nope', 'ERR_CONTAINER_NOT_FOUND', 'shell, asking'],
  ])('%s, %s', async (pod, container, code, words) => {
    const error = await rejection<PodwireError>(attach({ container }, { pod }))
    expect(error).toMatchObject({ name: 'PodwireError', code })
    expect(error.message).toContain(words)
    expect(requests()).toEqual([pod])
  })

  it('a pod that there is not', async () => {
    const error = await rejection<UpgradeError>(attach({}, { pod: 'nope' }))
    expect(error).toMatchObject({ name: 'UpgradeError', httpStatus: 404 })
  })

  it('a pod that the caller may not read, with a hint', async () => {
    const error = await rejection<UpgradeError>(attach({}, { token: 'attacher' }))
    expect(error).toMatchObject({
      name: 'UpgradeError',
      code: 'ERR_REQUEST_REFUSED',
      httpStatus: 403,
    })
    expect(error.hint).toBe('attach reads the pod first: the role needs the verb get on pods')
    expect(error.message).toContain(`cannot get resource "pods"`)
    expect(error.message).toContain(`(${error.hint})`)
  })

  it('anything with wrong options, before the server hears of it', async () => {
    for (const wrong of [{ verify: true }, { tty: true }, null]) {
      expect(await rejection(attach(wrong as AttachOptions))).toBeInstanceOf(TypeError)
    }
    expect(await rejection(attach({ container: 'No' }))).toBeInstanceOf(RangeError)
    expect(requests()).toEqual([])
  })
})

describe('the signal', () => {
  it('ends the GET', async () => {
    server.setFault({ kind: 'no-answer' })
    const controller = new AbortController()
    const attaching = rejection(attach({ signal: controller.signal }))
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort('enough')
    expect(await attaching).toBe('enough')
    await expect.poll(() => server.connections).toBe(0)
  })

  it('ends the session', async () => {
    const controller = new AbortController()
    const remote = await attach({ container: 'asking', signal: controller.signal })
    controller.abort('enough')
    expect(await rejection(remote.exit)).toBe('enough')
  })
})
