import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AttachOptions, RemoteProcess, Subprotocol } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { ConformanceServer, Generation } from '../conformance/conformance-server.ts'
import { generations } from '../conformance/conformance-server.ts'
import type { Containerd } from '../conformance/containerd.ts'
import { bareSession } from '../conformance/containerd-bare-session.ts'
import { buildTimeout } from '../conformance/go-programs.ts'
import { missing, runtimeTier, startRuntime } from '../conformance/runtime-tier.ts'
import { rejection } from '../support/rejection.ts'
import { Transcript } from '../support/transcript.ts'

const tier = runtimeTier('attach at a real containerd')

let containerd: Containerd
let server: ConformanceServer
beforeAll(async () => {
  if (missing !== null) return
  const runtime = await startRuntime()
  containerd = runtime.containerd
  server = runtime.server
}, buildTimeout)
afterAll(async () => {
  await server?.close()
  await containerd?.close()
})

const v4: Subprotocol = 'v4.channel.k8s.io'
const v5: Subprotocol = 'v5.channel.k8s.io'
type Session = readonly [Generation, Subprotocol]
const sessions: readonly Session[] = [
  ['l', v4],
  ['t', v4],
  ['t', v5],
  ['k', v4],
  ['k', v5],
]

async function attach(
  generation: Generation,
  pod: string,
  options: AttachOptions = {},
): Promise<RemoteProcess> {
  return (await connect(server.config(generation))).pod(pod).attach(options)
}

tier('containerd: attach as podwire chooses', () => {
  it.each(generations)('a container without stdin: /%s', async (generation) => {
    const remote = await attach(generation, 'solo-0')
    expect(remote.protocol).toBe(v4)
    const [stdout, stderr] = [new Transcript(remote.stdout), new Transcript(remote.stderr)]
    await Promise.all([stdout.until('tick'), stderr.until('tock')])
    await remote.close()
  })

  // What v4 has for it is Success at once, without output: see below.
  it.each(generations)('a container with stdin that is only watched: /%s', async (generation) => {
    for (const pod of ['stdin-0', 'tty-0']) {
      const watched = await attach(generation, pod)
      expect(watched.protocol).toBe(generation === 'l' ? v4 : v5)
      const typing = await attach(generation, pod, { stdin: true })
      const screen = new Transcript(watched.stdout)
      typing.stdin?.write(`echo ${generation}-seen\n`)
      await screen.until(`${generation}-seen`)
      await Promise.all([watched.close(), typing.close()])
    }
  })

  it('a container with stdinOnce that is only watched keeps its stdin', async () => {
    const error = await rejection(attach('l', 'once-0'))
    expect(error).toMatchObject({ code: 'ERR_CONTAINER_STDIN' })
    for (const generation of ['t', 'k'] as const) {
      const watched = await attach(generation, 'once-0')
      expect(watched.protocol).toBe(v5)
      await watched.close()
    }
    const remote = await attach('t', 'once-0', { stdin: true, stderr: false })
    remote.stdin?.end('12345')
    expect(await text(remote.stdout as NonNullable<typeof remote.stdout>)).toBe('5\nover\n')
    expect(await remote.exit).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })
})

tier('containerd: attach with stdin', () => {
  it.each(sessions)('no tty: /%s, %s', async (generation, subprotocol) => {
    for (let i = 0; i < 5; i++) {
      const remote = await attach(generation, 'stdin-0', { stdin: true, subprotocol })
      const [stdout, stderr] = [new Transcript(remote.stdout), new Transcript(remote.stderr)]
      remote.stdin?.write(`${i}\n`)
      await Promise.all([stdout.until(`got ${i}\n`), stderr.until(`err ${i}\n`)])
      await remote.close()
    }
  })

  it.each<Generation>(['t', 'k'])('its end detaches: /%s', async (generation) => {
    const remote = await attach(generation, 'stdin-0', { stdin: true })
    remote.stdin?.end()
    expect(await remote.exit).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })

  it.each(sessions)('a tty, with sizes: /%s, %s', async (generation, subprotocol) => {
    for (let i = 1; i <= 5; i++) {
      const size = { columns: 80 + i, rows: 24 }
      const remote = await attach(generation, 'tty-0', { stdin: true, subprotocol, size })
      const screen = new Transcript(remote.stdout)
      await screen.repeatUntil(`24 ${80 + i}`, () => remote.stdin?.write('stty size\n'))
      await remote.close()
    }
  })

  it.each(sessions)('a tty that is left goes on: /%s, %s', async (generation, subprotocol) => {
    const first = await attach(generation, 'tty-0', { stdin: true, subprotocol })
    first.stdin?.write(`left=${generation}$((40+2))\n`)
    await new Transcript(first.stdout).until('left=')
    await first.close()
    const second = await attach(generation, 'tty-0', { stdin: true, subprotocol })
    second.stdin?.write('echo "<$left>"\n')
    await new Transcript(second.stdout).until(`<${generation}42>`)
    await second.close()
  })
})

// What the rules are for. Should a newer containerd be right here, they can go.
tier('containerd: what podwire does not ask for', () => {
  it.each<Generation>(['l', 't', 'k'])(
    'v4 without the stdin of a container that has one is Success at once: /%s',
    async (generation) => {
      for (const [pod, tty] of [
        ['stdin-0', false],
        ['tty-0', true],
      ] as const) {
        const bare = await bareSession(server, {
          generation,
          subprotocol: v4,
          pod,
          tty,
          time: 3_000,
        })
        expect(bare).toMatchObject({ output: '', closeCode: 1000 })
        expect(bare.status).toContain('Success')
      }
    },
  )

  it.each<Generation>(['t', 'k'])('a terminal as if it were none: /%s', async (generation) => {
    const request = { generation, subprotocol: v5, pod: 'tty-0', time: 3_000 } as const
    const outcome = await bareSession(server, request).then(({ status }) => status, String)
    const words = { t: 'tty and stderr cannot both be true', k: 'Unexpected server response: 500' }
    expect(outcome).toContain(words[generation as 't' | 'k'])
  })
})

tier('containerd: the end', () => {
  // The server's limit: a Success that nobody behind it sent. What became of the container is in the pod's status.
  it.each<[Generation, string, Subprotocol]>([
    ['l', 'tty-0', v4],
    ['k', 'tty-0', v4],
    ['k', 'stdin-0', v5],
  ])('containerd is killed: /%s, %s, %s', async (generation, pod, subprotocol) => {
    const remote = await attach(generation, pod, { stdin: true })
    expect(remote.protocol).toBe(subprotocol)
    const screen = new Transcript(remote.stdout)
    await screen.repeatUntil('here', () => remote.stdin?.write('echo here\n'))
    await containerd.kill()
    const end = await remote.exit.catch(({ code }) => code)
    await containerd.start()
    const cluster = await connect(server.config(generation))
    const again = () =>
      cluster
        .pod('solo-0')
        .exec(['true'])
        .then((result) => result.exitCode, String)
    await expect.poll(again, { timeout: 10_000 }).toBe(0)
    if (subprotocol === v4) expect(end).toBe('ERR_CONNECTION_LOST')
    else expect(end).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })

  it('of the container is the end of the session, and no exit code', async () => {
    const remote = await attach('t', 'tty-0', { stdin: true })
    remote.stdout?.resume()
    remote.stdin?.write('exit 3\n')
    expect(await remote.exit).toMatchObject({ exitCode: null, status: { status: 'Success' } })
  })
})
