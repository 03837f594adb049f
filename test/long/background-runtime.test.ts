import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { ConformanceServer, Generation } from '../conformance/conformance-server.ts'
import type { Containerd } from '../conformance/containerd.ts'
import { buildTimeout } from '../conformance/go-programs.ts'
import { missing, runtimeTier, startRuntime } from '../conformance/runtime-tier.ts'

const tier = runtimeTier('a real containerd')

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

const sh = (script: string, ...args: readonly string[]) => ['sh', '-c', script, 'sh', ...args]

async function podOf(name: string, generation: Generation = 'k', url = server.url): Promise<Pod> {
  const config = { ...server.config(generation), server: `${url}/${generation}` }
  return (await connect(config)).pod(name)
}

/** PID, state, parent and arguments of what runs in a container, by the first two words of /proc. */
async function processes(pod: Pod): Promise<string> {
  return (await pod.exec(['ps', '-o', 'pid,ppid,stat,args'])).stdout
}

async function supervisorOf(pod: Pod, id: string): Promise<string> {
  const script = 'cat /tmp/.podwire/*/"$1"/*/record'
  return (await pod.exec(sh(script, id))).stdout.split(' ')[2] ?? ''
}

tier('containerd: background processes', () => {
  it.each<Generation>(['l', 't', 'k'])('live and end: /%s', async (generation) => {
    const pod = await podOf('solo-0', generation)
    const id = `life-${generation}`
    const env = { A: "it's" }
    const started = await pod.background(id).start(sh('echo $A; sleep 1; exit 3'), { env })
    expect(started).toMatchObject({ state: 'running' })
    expect(started.directory).toBe(`/tmp/.podwire/default.solo-0/${id}`)
    expect(await text(await pod.background(id).logs({ follow: true }))).toBe("it's\n")
    expect(await pod.background(id).wait()).toMatchObject({ state: 'errored', exitCode: 3 })

    const script = '(trap "" TERM; sleep 71; sleep 72) & sleep 73'
    await pod.background(id).start(sh(script))
    const result = await pod.background(id).stop({ grace: 1_000 })
    expect(result).toMatchObject({ state: 'stopped', exitCode: 143 })
    expect(result.killed.length).toBeGreaterThanOrEqual(1)
    expect(await processes(pod)).not.toMatch(/sleep 7|podwire/)
  })

  it('print into the log of the container', async () => {
    const pod = await podOf('solo-0')
    const mark = 'into-the-log'
    const watching = await pod.attach()
    await pod.background('log').start(sh('echo "$1"', mark), { output: 'container' })
    let seen = ''
    for await (const chunk of watching.stdout ?? []) {
      seen += chunk
      if (seen.includes(mark)) break
    }
    expect(seen).toContain(mark)
    await watching.close()
  })

  it('outlive the line and the runtime’s daemon', async () => {
    const link = await server.link()
    const [pod, linked] = [await podOf('solo-0'), await podOf('solo-0', 'l', link.url)]
    await linked.background('line').start(sh('sleep 4; exit 5'))
    const waiting = linked.background('line').wait({ signal: AbortSignal.timeout(60_000) })
    await link.cut()
    await containerd.kill()
    await containerd.start()
    expect(await waiting).toMatchObject({ state: 'errored', exitCode: 5 })
    expect(await pod.background('line').status()).toMatchObject({ exitCode: 5 })
    await link.end()
  })
})

tier('containerd: a container that is restarted', () => {
  it('takes the record along, and says so', async () => {
    const pod = await podOf('solo-0')
    const process = pod.background('erased')
    await process.start(['sleep', '600'])
    await server.restart('solo-0')
    const reason = 'its record is gone: its container was restarted (restart count 0, now 1)'
    expect(await process.wait()).toMatchObject({ state: 'unknown', pid: null, reason })
    // Somebody who does not know that it was ever there.
    expect(await pod.background('erased').status()).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('restarted 1 times'),
    })
    expect(await process.start(['true'])).toMatchObject({ id: 'erased' })
  })

  it('leaves a record on a volume', async () => {
    const pod = await podOf('idle-0')
    const process = pod.background('kept', { stateDirectory: '/volume/state' })
    const ended = pod.background('ended', { stateDirectory: '/volume/state' })
    const { pid } = await process.start(['sleep', '600'])
    await ended.start(sh('exit 4'))
    await ended.wait()
    await server.restart('idle-0')
    expect(await process.status()).toMatchObject({
      state: 'stopped',
      pid,
      exitCode: null,
      reason: 'its container was restarted (restart count 0, now 1)',
    })
    expect(await ended.status()).toMatchObject({ state: 'errored', exitCode: 4 })
    expect(await process.stop()).toMatchObject({ state: 'stopped', terminated: [] })
    expect(await process.start(['sleep', '600'])).toMatchObject({ state: 'running' })
    expect(await process.stop()).toMatchObject({ state: 'stopped', exitCode: 143 })
  })
})

tier('containerd: a first process that waits for nobody', () => {
  it('leaves zombies, which do not run', async () => {
    const pod = await podOf('idle-0')
    const { pid } = await pod.background('zombie').start(['sleep', '81'])
    const becomes = (pattern: RegExp) =>
      expect.poll(() => processes(pod), { timeout: 15_000 }).toMatch(pattern)
    // The supervisor first, until it is gone: also one that is about to die still waits for the command.
    await pod.exec(['kill', '-9', await supervisorOf(pod, 'zombie')])
    await becomes(new RegExp(`^ *${pid} +1 +S`, 'm'))
    await pod.exec(['kill', '-9', String(pid)])
    await becomes(new RegExp(`^ *${pid} +1 +Z`, 'm'))
    expect((await pod.exec(['kill', '-0', String(pid)])).exitCode).toBe(0)
    expect(await pod.background('zombie').status()).toMatchObject({ state: 'stopped', pid })
    expect(await pod.background('zombie').start(['true'])).toMatchObject({ id: 'zombie' })
  })

  it('does not hold up a stop', async () => {
    const pod = await podOf('idle-0')
    await pod.background('family').start(sh('sh -c "sleep 82; :" & sh -c "sleep 83; :" & sleep 84'))
    const start = performance.now()
    const result = await pod.background('family').stop()
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(result).toMatchObject({ state: 'stopped', exitCode: 143, killed: [] })
    expect(await processes(pod)).not.toMatch(/ [^Z]+ sleep 8[234]/)
  })
})

tier('containerd: a PID that is used again', () => {
  it('is not taken for ours, and not killed', async () => {
    const pod = await podOf('solo-0')
    const { pid } = await pod.background('reused').start(['sleep', '85'])
    await pod.exec(['kill', '-9', await supervisorOf(pod, 'reused'), String(pid)])
    await expect.poll(() => processes(pod), { timeout: 15_000 }).not.toContain('sleep 85')
    const { containerID } = await pod.containerStatus()
    const other = await reusePid(hostPid(containerID), pid ?? 0)
    expect(await processes(pod)).toMatch(new RegExp(`^ *${pid} .* sleep 86$`, 'm'))
    const gone = { state: 'stopped', pid, exitCode: null, reason: expect.stringContaining('gone') }
    expect(await pod.background('reused').status()).toMatchObject(gone)
    expect(await pod.background('reused').stop()).toMatchObject({ ...gone, terminated: [] })
    expect(await processes(pod)).toMatch(new RegExp(`^ *${pid} .* sleep 86$`, 'm'))
    expect(await pod.background('reused').start(['true'])).toMatchObject({ id: 'reused' })
    other.kill('SIGKILL')
  })
})

/** The number that this machine has for a container's first process. */
function hostPid(containerID: string): number {
  const id = containerID.replace('containerd://', '')
  const pids = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(id)
    } catch {
      return false
    }
  })
  return Math.min(...pids.map(Number))
}

/** Starts a process that has a certain number in a container; the container's own may take it first. */
async function reusePid(container: number, pid: number): Promise<ChildProcess> {
  const script =
    'for i in 1 2 3 4 5 6 7 8 9; do echo "$1" >/proc/sys/kernel/ns_last_pid; sleep 86 & [ "$!" = "$2" ] && break; kill "$!"; done; echo "$!"; wait'
  const numbers = [String(pid - 1), String(pid)]
  const child = spawn('nsenter', [
    '-t',
    String(container),
    '-p',
    'sh',
    '-c',
    script,
    'sh',
    ...numbers,
  ])
  const [line] = await once(child.stdout, 'data')
  expect(String(line).trim()).toBe(String(pid))
  return child
}
