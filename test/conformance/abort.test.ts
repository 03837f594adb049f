import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster, Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import { rejection } from '../support/rejection.ts'
import type { ConformanceServer } from './conformance-server.ts'
import { generations, startConformanceServer } from './conformance-server.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real Kubernetes code' : `skipped: ${missing}`

let server: ConformanceServer
beforeAll(async () => {
  if (missing === null) server = await startConformanceServer()
}, buildTimeout)
afterAll(() => server?.close())

const sh = (script: string) => ['sh', '-c', script]

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(missing !== null).each(generations)(
  `an abort on /%s (${because})`,
  (generation) => {
    const reason = new Error('enough')
    let cluster: Cluster
    let pod: Pod
    beforeAll(async () => {
      cluster = await connect(server.config(generation))
      pod = cluster.pod('solo-0')
    })

    it('before anything is sent', async () => {
      const signal = AbortSignal.abort(reason)
      expect(await rejection(pod.exec(['true'], { signal }))).toBe(reason)
      expect(await rejection(pod.spawn(['true'], { signal }))).toBe(reason)
    })

    it('during the handshake, over a line that stands still', async () => {
      const link = await server.link()
      await link.stall()
      const config = { ...server.config(generation), server: `${link.url}/${generation}` }
      const controller = new AbortController()
      const attempt = (await connect(config))
        .pod('solo-0')
        .exec(['true'], { signal: controller.signal })
      setTimeout(() => controller.abort(reason), 100)
      expect(await rejection(attempt)).toBe(reason)
      await link.end()
    })

    it('during output', async () => {
      const controller = new AbortController()
      const remote = await pod.spawn(['yes'], { signal: controller.signal })
      await once(remote.stdout as Readable, 'data')
      controller.abort(reason)
      expect(await rejection(remote.exit)).toBe(reason)
      expect(remote.stdout?.errored).toBe(reason)
    })

    it('while nobody reads', async () => {
      const controller = new AbortController()
      const remote = await pod.spawn(['yes'], { signal: controller.signal })
      setTimeout(() => controller.abort(reason), 200)
      expect(await rejection(remote.exit)).toBe(reason)
    })

    it('while the command reads no stdin', async () => {
      const controller = new AbortController()
      const { signal } = controller
      const remote = await pod.spawn(sh('sleep 60'), { stdin: true, signal })
      remote.stdin?.write(Buffer.alloc(8 * 1024 * 1024))
      setTimeout(() => controller.abort(reason), 300)
      expect(await rejection(remote.exit)).toBe(reason)
      expect(remote.stdin?.destroyed).toBe(true)
    })

    it('after the end changes nothing', async () => {
      const controller = new AbortController()
      const remote = await pod.spawn(sh('echo out; exit 4'), { signal: controller.signal })
      expect((await remote.exit).exitCode).toBe(4)
      controller.abort(reason)
      expect((await remote.exit).exitCode).toBe(4)
    })

    it('leaves the command running, as every runtime of today does', async () => {
      const controller = new AbortController()
      const remote = await pod.spawn(sh('echo $$; exec sleep 60'), { signal: controller.signal })
      const [chunk] = await once(remote.stdout as Readable, 'data')
      const pid = Number(String(chunk))
      controller.abort(reason)
      expect(await rejection(remote.exit)).toBe(reason)
      expect(isAlive(pid)).toBe(true)
      process.kill(pid)
    })
  },
)

it.skipIf(missing !== null)(`nothing stays connected (${because})`, async () => {
  await expect.poll(async () => (await server.state()).apiConnections, { timeout: 5_000 }).toBe(0)
})
