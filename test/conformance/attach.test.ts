import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  AttachOptions,
  PodwireError,
  RemoteProcess,
  Subprotocol,
  UpgradeError,
} from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { rejection } from '../support/rejection.ts'
import { Transcript } from '../support/transcript.ts'
import type { ConformanceServer, ConformanceUser } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const v4: Subprotocol = 'v4.channel.k8s.io'
const v5: Subprotocol = 'v5.channel.k8s.io'

describe.skipIf(missing !== null).each(generations)(`/%s (${because})`, (generation) => {
  const old = generation === 'l'

  async function attach(pod: string, options: AttachOptions = {}, user: ConformanceUser = 'admin') {
    return (await connect(server.config(generation, user))).pod(pod).attach(options)
  }

  /** What both outputs say until the given words came on both; then the session is closed. */
  async function watch(remote: RemoteProcess, out: string, err: string) {
    const [stdout, stderr] = [new Transcript(remote.stdout), new Transcript(remote.stderr)]
    await Promise.all([stdout.until(out), stderr.until(err)])
    await remote.close()
    return [stdout.text, stderr.text]
  }

  it.each([
    ['solo-0', undefined],
    ['web-0', undefined],
    ['web-0', 'sidecar'],
  ])('a container without stdin is watched: %s, %s', async (pod, container) => {
    const remote = await attach(pod, { container })
    expect(remote).toMatchObject({ protocol: v4, tty: false, stdin: null })
    const [out, err] = await watch(remote, 'tick', 'tock')
    expect([out, err]).toEqual([
      expect.not.stringContaining('tock'),
      expect.not.stringContaining('tick'),
    ])
    expect(await rejection(remote.exit)).toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('only what is asked for comes', async () => {
    const remote = await attach('solo-0', { stdout: false })
    expect(remote.stdout).toBeNull()
    await new Transcript(remote.stderr).until('tock')
    await remote.close()
  })

  it.each(old ? [v4] : [v4, v5])('stdin: %s', async (subprotocol) => {
    const remote = await attach('stdin-0', { stdin: true, subprotocol })
    remote.stdin?.write('hello\n')
    expect(await watch(remote, 'got hello\n', 'err hello\n')).toEqual([
      'got hello\n',
      'err hello\n',
    ])
  })

  it('a container with stdin that is only watched: what another one types is seen', async () => {
    const watched = await attach('stdin-0')
    expect([watched.protocol, watched.stdin]).toEqual([old ? v4 : v5, null])
    const typing = await attach('stdin-0', { stdin: true })
    typing.stdin?.write('seen\n')
    await watch(watched, 'got seen\n', 'err seen\n')
    await typing.close()
  })

  it('the end of stdin ends the session, not the container', async () => {
    const remote = await attach('stdin-0', { stdin: true })
    expect(remote.canEndStdin).toBe(!old)
    remote.stdin?.end()
    if (old) {
      await expect.poll(() => remote.stdin?.errored).toMatchObject({ code: 'ERR_STDIN_CANNOT_END' })
      await remote.close()
    } else {
      expect(await remote.exit).toMatchObject({ exitCode: null, verified: false })
    }
    const again = await attach('stdin-0', { stdin: true })
    again.stdin?.write('still there\n')
    await watch(again, 'got still there\n', 'err still there\n')
  })

  it('stdinOnce: the end of stdin is the container’s', async () => {
    if (old) {
      const error = await rejection<PodwireError>(attach('once-0'))
      expect(error).toMatchObject({ code: 'ERR_CONTAINER_STDIN', cause: { httpStatus: 403 } })
      return
    }
    const remote = await attach('once-0', { stdin: true, stderr: false })
    remote.stdin?.end('12345')
    expect(await text(remote.stdout as NonNullable<typeof remote.stdout>)).toBe('5\nover\n')
    expect(await remote.exit).toEqual({
      exitCode: null,
      status: expect.objectContaining({ status: 'Success' }),
      verified: false,
    })
  })

  it.each(old ? [v4] : [v4, v5])('a terminal: typed, shown, resized; %s', async (subprotocol) => {
    const size = { columns: 90, rows: 30 }
    const remote = await attach('tty-0', { stdin: true, size, subprotocol })
    expect(remote).toMatchObject({ tty: true, stderr: null })
    const screen = new Transcript(remote.stdout)
    await screen.repeatUntil('30 90', () => remote.stdin?.write('stty size\n'))
    remote.resize({ columns: 100, rows: 40 })
    await screen.repeatUntil('40 100', () => remote.stdin?.write('stty size\n'))
    await remote.close()
  })

  it('a terminal goes on when it is left, and is only watched without stdin', async () => {
    const first = await attach('tty-0', { stdin: true })
    expect(first.protocol).toBe(v4)
    first.stdin?.write('left=be$((1))hind\n')
    await new Transcript(first.stdout).until('left=')
    await first.close()
    const watched = await attach('tty-0')
    expect(watched.protocol).toBe(old ? v4 : v5)
    const screen = new Transcript(watched.stdout)
    const second = await attach('tty-0', { stdin: true })
    second.stdin?.write('echo "<$left>"\n')
    await screen.until('<be1hind>')
    await Promise.all([watched.close(), second.close()])
  })

  it('the end of a shell is the end of the session, and no exit code', async () => {
    const remote = await attach('tty-0', { stdin: true })
    remote.stdin?.write('exit 3\n')
    remote.stdout?.resume()
    expect(await remote.exit).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })

  it('what cannot be attached to is told before', async () => {
    const codes = await Promise.all(
      [attach('done-0'), attach('pending-0'), attach('solo-0', { stdin: true })].map(
        async (attaching) => (await rejection<PodwireError>(attaching)).code,
      ),
    )
    const notRunning = 'ERR_CONTAINER_NOT_RUNNING'
    expect(codes).toEqual([notRunning, notRunning, 'ERR_CONTAINER_STDIN'])
  })

  it('a role that may not read pods is told so', async () => {
    const error = await rejection<UpgradeError>(attach('solo-0', {}, 'executor'))
    expect(error).toMatchObject({ httpStatus: 403, hint: expect.stringContaining('get on pods') })
  })
})
