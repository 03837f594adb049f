import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pod, Subprotocol } from '../../src/index.ts'
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
const verify = true
const sh = (script: string) => ['sh', '-c', script]
const mebibyte = 1024 * 1024
const runs = 20

const podOf = async (generation: Generation): Promise<Pod> =>
  (await connect(server.config(generation))).pod('solo-0')

function endless(): Readable {
  const source = new Readable({
    read() {
      this.push(Buffer.alloc(65_536, 'x'))
    },
  })
  return source.on('error', () => {})
}

describe.skipIf(missing !== null)(`a hop is lost (${because})`, () => {
  it.each<[Generation, Subprotocol, Hop]>([
    ['l', v4, 'kubelet'],
    ['l', v4, 'runtime'],
    ['t', v4, 'kubelet'],
    ['t', v4, 'runtime'],
    ['t', v5, 'kubelet'],
    ['t', v5, 'runtime'],
    ['t', v5, 'api'],
    ['k', v4, 'kubelet'],
    ['k', v4, 'runtime'],
    ['k', v5, 'kubelet'],
    ['k', v5, 'runtime'],
  ])('and no Success is made of it: /%s, %s, %s', async (generation, subprotocol, hop) => {
    const pod = await podOf(generation)
    const remote = await pod.spawn(sh('echo started; sleep 60'), { subprotocol, verify })
    await new Promise((resolve) => remote.stdout?.once('data', resolve))
    expect(await server.kill(hop)).toBeGreaterThan(0)
    const error = await rejection(remote.exit)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ exitCode: null, verified: false })
  })

  it.each<[Generation, Hop]>([
    ['t', 'kubelet'],
    ['t', 'runtime'],
    ['k', 'runtime'],
  ])('behind the marker, the exit code is known: /%s, %s', async (generation, hop) => {
    const pod = await podOf(generation)
    const remote = await pod.spawn(sh('sleep 60 & echo out; exit 3'), { subprotocol: v5, verify })
    const stdout = text(remote.stdout as Readable)
    // The child holds the status back for some seconds; the marker comes at once.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await server.kill(hop)
    expect(await remote.exit).toMatchObject({ exitCode: 3, verified: true })
    expect(await stdout).toBe('out\n')
  })
})

describe.skipIf(missing !== null).each(generations)(`/%s (${because})`, (generation) => {
  let pod: Pod
  beforeAll(async () => {
    pod = await podOf(generation)
  })

  it('output and exit codes', async () => {
    for (const code of [0, 3, 127, 255]) {
      const result = await pod.exec(sh(`echo out; echo err >&2; exit ${code}`), { verify })
      expect(result).toMatchObject({
        exitCode: code,
        stdout: 'out\n',
        stderr: 'err\n',
        verified: true,
      })
      expect(result.status?.status).toBe(code === 0 ? 'Success' : 'Failure')
      expect(result.status?.message ?? '').not.toContain('trap')
    }
  })

  it.each([1, 16])('%i MiB of stdin that nobody reads: always right', async (size) => {
    const stdin = Buffer.alloc(size * mebibyte, 'x')
    for (let run = 0; run < runs; run++) {
      const result = await pod.exec(sh('head -c 5; exit 3'), { verify, stdin, timeout: 20_000 })
      expect(result).toMatchObject({ exitCode: 3, stdout: 'xxxxx', verified: true })
      if (generation !== 'l') expect(result.status).toMatchObject({ reason: 'NonZeroExitCode' })
    }
  })

  it.each([undefined, v4] as const)(
    'endless stdin that nobody reads: always right (%s)',
    async (subprotocol) => {
      for (let run = 0; run < runs; run++) {
        const source = endless()
        const remote = await pod.spawn(sh('head -c 5; exit 3'), {
          verify,
          stdin: true,
          subprotocol,
        })
        if (remote.stdin) source.pipe(remote.stdin)
        expect(await text(remote.stdout as Readable)).toBe('xxxxx')
        const exit = await remote.exit
        expect(exit).toMatchObject({ exitCode: 3, verified: true })
        expect(exit.status === null).toBe(remote.protocol === v4)
        source.destroy()
      }
    },
  )

  it('stdin to its end, counted on the oldest generation', async () => {
    const stdin = Buffer.alloc(8 * mebibyte, 'x')
    const result = await pod.exec(['wc', '-c'], { verify, stdin })
    expect(result).toMatchObject({ exitCode: 0, verified: true })
    expect(result.stdout.trim()).toBe(String(stdin.length))
    expect(result.protocol).toBe(generation === 'l' ? v4 : v5)
  })

  it('a terminal', async () => {
    for (const subprotocol of generation === 'l' ? ([v4] as const) : ([v4, v5] as const)) {
      const remote = await pod.spawn(sh('echo one; exit 9'), { verify, tty: true, subprotocol })
      expect(await text(remote.stdout as Readable)).toBe('one\r\n')
      expect(await remote.exit).toMatchObject({ exitCode: 9, verified: true })
    }
  })

  it.runIf(process.platform === 'linux')('kill and onAbort (needs Linux)', async () => {
    const remote = await pod.spawn(sh('echo $$; exec sleep 60'), { verify })
    await new Promise((resolve) => remote.stdout?.once('data', resolve))
    expect(await remote.kill('SIGTERM')).toBe(true)
    expect(await remote.exit).toMatchObject({ exitCode: 143, verified: true })
    const options = { timeout: 500, reject: false } as const
    const terminated = await pod.exec(['sleep', '60'], { ...options, onAbort: 'terminate' })
    expect(terminated).toMatchObject({ exitCode: 143, verified: true })
    expect(terminated.error).toMatchObject({ code: 'ERR_TIMEOUT' })
    const killed = await pod.exec(['sleep', '60'], { ...options, onAbort: 'kill' })
    expect(killed).toMatchObject({ exitCode: 137, verified: false })
  })

  it('leaves no process behind', async () => {
    await expect.poll(async () => (await server.state()).runtimeConnections).toBe(0)
  })
})
