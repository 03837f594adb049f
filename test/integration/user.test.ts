import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExecError } from '../../src/index.ts'
import { rejection } from '../support/rejection.ts'
import type { TestCluster } from '../support/test-cluster.ts'
import { testCluster } from '../support/test-cluster.ts'

// A PATH whose programs everybody may run.
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

let t: TestCluster
beforeAll(async () => {
  const containers = [{ name: 'app', env }]
  t = await testCluster({ pods: [{ name: 'web-0', containers }] })
})
afterAll(() => t.server.close())

const sh = (script: string) => ['/bin/sh', '-c', script]
const isRoot = process.getuid?.() === 0
// Nobody else may become another user.
if (!isRoot) it.skip('user (skipped: needs root)', () => {})
const tier: (title: string, tests: () => void) => unknown = isRoot ? describe : () => {}

/** Of a process, from the kernel. */
function ownerOf(pid: number): number {
  return Number(/^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

tier('user', () => {
  it.each(['nobody', '65534'])('%s', async (user) => {
    const script = 'id -u; id -g; cat /etc/shadow; exit 7'
    const result = await t.pod.exec(sh(script), { user })
    expect(result).toMatchObject({ exitCode: 7, stdout: '65534\n65534\n', verified: true })
    expect(result.stderr).toMatch(/denied/)
    expect(JSON.stringify(result)).not.toMatch(/\\u001e|CapEff/)
  })

  it('with env, cwd and stdin', async () => {
    const options = { user: 'daemon', env: { A: `x 'y' "z"` }, cwd: '/usr', stdin: 'in' }
    const result = await t.pod.exec(sh('id -un; pwd; echo "$A"; cat'), options)
    expect(result).toMatchObject({ exitCode: 0, stdout: `daemon\n/usr\nx 'y' "z"\nin` })
    const v4 = await t.pod.exec(['cat'], { ...options, subprotocol: 'v4.channel.k8s.io' })
    expect(v4).toMatchObject({ exitCode: 0, stdout: 'in' })
  })

  it('that leaves stdin unread', async () => {
    const stdin = new Uint8Array(1024 * 1024)
    const result = await t.pod.exec(sh('head -c 5; exit 3'), { user: 'daemon', stdin })
    expect(result).toMatchObject({ exitCode: 3, stdout: '\0\0\0\0\0', verified: true })
  })

  it('on a terminal', async () => {
    const remote = await t.pod.spawn(sh('id -un; tty -s; echo $?'), { user: 'daemon', tty: true })
    let output = ''
    remote.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    expect(await remote.exit).toMatchObject({ exitCode: 0, verified: true })
    expect(output).toBe('daemon\r\n0\r\n')
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('gets %s, and so do its children', async (signal) => {
    const script = 'echo $$; sleep 61 & echo $!; wait'
    const remote = await t.pod.spawn(sh(script), { user: 'daemon', verify: true })
    let output = ''
    remote.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    await expect.poll(() => output.split('\n').length).toBe(3)
    const [pid = 0, child = 0] = output.split('\n').map(Number)
    expect([ownerOf(pid), ownerOf(child)]).toEqual([1, 1])
    expect(await remote.kill(signal)).toBe(true)
    expect((await remote.exit).exitCode).toBe(signal === 'SIGTERM' ? 143 : 137)
    await expect.poll(() => [isAlive(pid), isAlive(child)]).toEqual([false, false])
  })

  it('is terminated by an abort', async () => {
    const options = { user: 'daemon', timeout: 700, onAbort: 'terminate', reject: false } as const
    const result = await t.pod.exec(sh('trap "exit 9" TERM; sleep 60 & wait'), options)
    expect(result).toMatchObject({ exitCode: 9, verified: true, error: { code: 'ERR_TIMEOUT' } })
  })

  it('that there is not is an error, and nothing runs', async () => {
    const error = await rejection(t.pod.exec(sh('echo ran'), { user: 'no-such-user' }))
    expect(error).toBeInstanceOf(ExecError)
    expect(error).toMatchObject({ code: 'ERR_USER', exitCode: null, stdout: '' })
    expect(error.message).toMatch(/no such user/)
  })
})

it.each(['', 'a b', '-u', '4294967295'])('%j is no user', async (user) => {
  await expect(t.pod.exec(['true'], { user })).rejects.toThrow(RangeError)
  await expect(t.pod.exec(['true'], { user: 'root', verify: false })).rejects.toThrow(RangeError)
})

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
