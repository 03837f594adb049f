import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pod, Subprotocol, UpgradeError } from '../../src/index.ts'
import { ConnectionLostError, connect } from '../../src/index.ts'
import { rejection } from '../support/rejection.ts'
import type { ConformanceServer, Generation, Hop } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const v4 = 'v4.channel.k8s.io'
const v5 = 'v5.channel.k8s.io'

async function podOf(generation: Generation, url = server.url): Promise<Pod> {
  const config = { ...server.config(generation), server: `${url}/${generation}` }
  return (await connect(config)).pod('solo-0')
}

/** A command that has said something and will not end by itself. */
async function started(pod: Pod, subprotocol: Subprotocol) {
  const remote = await pod.spawn(['sh', '-c', 'echo started; sleep 60'], { subprotocol })
  await new Promise((resolve) => remote.stdout?.once('data', resolve))
  return remote
}

describe.skipIf(missing !== null)(`a hop is lost (${because})`, () => {
  // P-7.2, P-7.7: which combinations forge a Success is what complete clusters of 1.35 and 1.36 did, too.
  it.each<[Generation, Subprotocol, Hop, 'lost' | 'Success']>([
    ['l', v4, 'kubelet', 'lost'],
    ['l', v4, 'runtime', 'lost'],
    ['t', v4, 'kubelet', 'lost'],
    ['t', v4, 'runtime', 'lost'],
    ['k', v4, 'kubelet', 'lost'],
    ['k', v4, 'runtime', 'lost'],
    ['t', v5, 'kubelet', 'Success'],
    ['t', v5, 'runtime', 'Success'],
    ['k', v5, 'kubelet', 'lost'],
    ['k', v5, 'runtime', 'Success'],
    ['t', v5, 'api', 'lost'],
  ])('/%s, %s, %s: %s', async (generation, subprotocol, hop, outcome) => {
    const remote = await started(await podOf(generation), subprotocol)
    expect(await server.kill(hop)).toBeGreaterThan(0)
    if (outcome === 'Success') {
      expect(await remote.exit).toMatchObject({ exitCode: 0, verified: false })
    } else {
      const error = await rejection(remote.exit)
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error.exitCode).toBeNull()
    }
  })

  it.each(generations)('before it answers: /%s', async (generation) => {
    const pod = await podOf(generation)
    await server.arm('kubelet', 'before-101')
    const error = await rejection<UpgradeError>(pod.exec(['true']))
    expect(error).toMatchObject({ httpStatus: 500, code: 'ERR_UPGRADE_REFUSED' })
    expect(await pod.exec(['true'])).toMatchObject({ exitCode: 0 })
  })

  it('in the middle of the output', async () => {
    await server.arm('kubelet', { bytesAfter101: 50_000 })
    const command = ['sh', '-c', 'head -c 100000 /dev/zero']
    const error = await rejection((await podOf('l')).exec(command, { encoding: 'buffer' }))
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error.stdout.length).toBeGreaterThan(0)
    expect(error.stdout.length).toBeLessThan(50_000)
  })
})

describe.skipIf(missing !== null)(`a line (${because})`, () => {
  it('with a delay and a bandwidth', async () => {
    const link = await server.link({ delay: 50, bandwidth: 1_000_000 })
    const pod = await podOf('t', link.url)
    const start = performance.now()
    const { stdout } = await pod.exec(['head', '-c', '500000', '/dev/zero'])
    const elapsed = performance.now() - start
    expect(stdout.length).toBe(500_000)
    // TCP, TLS and the upgrade are a round trip each, and the bytes need half a second.
    expect(elapsed).toBeGreaterThan(300 + 400)
    expect(elapsed).toBeLessThan(5_000)
    await link.end()
  })

  it('that is cut', async () => {
    const link = await server.link()
    const remote = await started(await podOf('l', link.url), v4)
    await link.cut()
    expect(await rejection(remote.exit)).toBeInstanceOf(ConnectionLostError)
    expect(await (await podOf('l', link.url)).exec(['true'])).toMatchObject({ exitCode: 0 })
    await link.end()
  })

  it('that stands still is noticed by the heartbeat', async () => {
    const link = await server.link()
    const cluster = await connect({
      ...server.config('t'),
      server: `${link.url}/t`,
      heartbeat: { interval: 100, deadline: 500 },
    })
    const remote = await started(cluster.pod('solo-0'), v4)
    await sleep(1_000)
    await link.stall()
    expect(await rejection(remote.exit)).toBeInstanceOf(ConnectionLostError)
    await link.end()
  })
})

describe.skipIf(missing !== null)(`stdin that nobody reads (${because})`, () => {
  // More than the pipes hold; the pause lets the hops in between take all of it, so that no reset ends the session.
  const stdin = new Uint8Array(1024 * 1024)
  const command = ['sh', '-c', 'sleep 0.5; echo over; exit 4']

  it.each<Generation>(['t', 'k'])(
    'withholds the status with containerd 1.6 to 2.2: /%s',
    async (generation) => {
      const pod = await podOf(generation)
      const error = await rejection(pod.exec(command, { stdin, timeout: 3_000 }))
      expect(error).toMatchObject({ code: 'ERR_TIMEOUT', stdout: 'over\n', exitCode: null })
    },
  )

  it.each<Generation>(['t', 'k'])('does not with later ones: /%s', async (generation) => {
    await using later = await startConformanceServer({ waitForStdin: false })
    const pod = (await connect(later.config(generation))).pod('solo-0')
    const result = await pod.exec(command, { stdin, timeout: 10_000 })
    expect(result).toMatchObject({ exitCode: 4, stdout: 'over\n' })
  })
})

describe.skipIf(missing !== null)(`the server (${because})`, () => {
  const linux = process.platform === 'linux'
  it.runIf(linux)(
    'leaves no process behind, however it has detached itself (needs Linux)',
    async () => {
      const own = await startConformanceServer()
      const pod = (await connect(own.config('t'))).pod('solo-0')
      const script = 'setsid sh -c "sleep 100" >/dev/null 2>&1 & echo $!'
      const pid = Number((await pod.exec(['sh', '-c', script])).stdout)
      expect(isGone(pid)).toBe(false)
      await own.close()
      await expect.poll(() => isGone(pid)).toBe(true)
    },
  )

  it('that has died says so, with its log', async () => {
    const own = await startConformanceServer()
    const pod = (await connect(own.config('l'))).pod('solo-0')
    const { stdout } = await pod.exec(['sh', '-c', 'echo $PPID'])
    process.kill(Number(stdout), 'SIGQUIT')
    const error = await rejection<Error>(repeatedly(() => own.state()))
    expect(error.message).toContain('the conformance server died')
    expect(error.message).toContain('goroutine')
    expect(() => own.url).toThrow('the conformance server died')
    await own.close()
  })
})

async function repeatedly(action: () => Promise<unknown>): Promise<never> {
  for (;;) {
    await action()
    await sleep(10)
  }
}

/** Also where nobody has waited for it yet. */
function isGone(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}
