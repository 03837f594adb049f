import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestPod, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { buildTimeout, goProgram, missingGo } from './go-programs.ts'

const missing = missingGo()

const web = (rest: Partial<TestPod> = {}): TestPod => ({
  name: 'web-0',
  labels: { app: 'web' },
  containers: [{ name: 'app', logs: 'one\ntwo\nthree\n', previousLogs: 'before\n' }],
  ...rest,
})

/** kubectl drives what the test server has of pods, workloads and logs: where they disagree, the server is wrong. */
describe.skipIf(missing !== null)(`kubectl (${missing ?? 'built from source'})`, () => {
  let kubectl: string
  let folder: string
  let server: TestServer

  beforeAll(async () => {
    kubectl = await goProgram('kubectl')
    folder = await mkdtemp(join(tmpdir(), 'podwire-kubectl-pods-'))
    server = await createTestServer({
      pods: [
        web(),
        web({ name: 'new', phase: 'Pending' }),
        web({
          name: 'crash',
          containers: [
            { name: 'app', restarts: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
          ],
        }),
      ],
      workloads: [{ kind: 'Deployment', name: 'web', matchLabels: { app: 'web' } }],
    })
    await server.writeKubeconfig(join(folder, 'config'))
  }, buildTimeout)

  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function run(...args: string[]) {
    const env = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder }
    const result = await promisify(execFile)(kubectl, args, { env }).catch((error) => error)
    return { code: result.code ?? 0, stdout: String(result.stdout), stderr: String(result.stderr) }
  }

  it.each([
    [['logs', 'web-0', '--tail=1'], /^three\n$/],
    [['logs', 'web-0', '--limit-bytes=5'], /^one\nt$/],
    [['logs', 'web-0', '--since=1h', '--timestamps'], /^\d{4}-\S+Z one\n\S+ two\n\S+ three\n$/],
    [['logs', 'web-0', '--since-time=2999-01-01T00:00:00Z'], /^$/],
    [['logs', 'web-0', '-p'], /^before\n$/],
    [['logs', 'deploy/web'], /^one\ntwo\nthree\n$/],
    [['get', 'deploy', 'web', '-o', 'jsonpath={.spec.selector.matchLabels.app}'], /^web$/],
    [['get', 'pods', '--no-headers'], /^crash +0\/1 +CrashLoopBackOff +3 /m],
  ])('%j', async (args, expected) => {
    const { stdout } = await run(...args)
    expect(stdout).toMatch(expected)
  })

  it('refusals are told in the words of the server', async () => {
    const { code, stderr } = await run('logs', 'new')
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'Error from server (BadRequest): container "app" in pod "new" is waiting to start: ContainerCreating\n',
    })
    expect((await run('logs', 'deploy/zzz')).stderr).toContain('deployments.apps "zzz" not found')
  })

  it('follows a log to its end', async () => {
    const pod = web({ name: 'follow' })
    server.setPod(pod)
    const followed = run('logs', '-f', 'follow')
    await expect.poll(() => server.requests.at(-1)?.path).toContain('follow=true')
    server.appendLog('follow', 'four\n')
    server.setPod({ ...pod, phase: 'Succeeded' })
    expect(await followed).toEqual({ code: 0, stdout: 'one\ntwo\nthree\nfour\n', stderr: '' })
  })

  it('waits by watch', async () => {
    const waited = run('wait', '--for=condition=Ready', 'pod/new', '--timeout=20s')
    await expect.poll(() => server.requests.at(-1)?.path).toContain('watch=true')
    server.setPod(web({ name: 'new', ready: false }))
    server.setPod(web({ name: 'new' }))
    expect(await waited).toEqual({ code: 0, stdout: 'pod/new condition met\n', stderr: '' })
  })

  it('waits for the first pod of a workload', async () => {
    await using empty = await createTestServer({
      pods: [],
      workloads: [{ kind: 'Deployment', name: 'web', matchLabels: { app: 'web' } }],
    })
    await empty.writeKubeconfig(join(folder, 'config'))
    const logs = run('logs', 'deploy/web')
    await expect.poll(() => empty.requests.at(-1)?.path).toContain('watch=true')
    empty.setPod(web())
    expect(await logs).toEqual({ code: 0, stdout: 'one\ntwo\nthree\n', stderr: '' })
    await server.writeKubeconfig(join(folder, 'config'))
  })
})
