import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import type { TestPod, TestServer, TestWorkload } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { buildTimeout, goProgram, missingGo } from './go-programs.ts'

const missing = missingGo()

const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000)

/** What is known of a pod in a case; its name is its place in the list. */
type Traits = Partial<TestPod> & {
  readonly restarts?: number
  readonly sidecarRestarts?: number
  /** A sidecar is told by its policy; other init containers do not count. */
  readonly isSidecar?: boolean
}

/** Where kubectl takes another pod for logs than for exec, and where all are alike, too. */
const cases: Readonly<Record<string, readonly Traits[]>> = {
  'all alike': [{}, {}, {}],
  'not scheduled': [{ node: null, phase: 'Pending' }, {}],
  'not scheduled, but running': [{ node: null }, { phase: 'Pending', node: 'node-0' }],
  'phases, pending first': [
    { phase: 'Pending', node: 'node-0' },
    { phase: 'Unknown' },
    { phase: 'Running', ready: false },
  ],
  'phases without Running': [{ phase: 'Pending', node: 'node-0' }, { phase: 'Unknown' }],
  'an ended pod and a pending one': [{ phase: 'Pending', node: 'node-0' }, { phase: 'Succeeded' }],
  'an ended pod and a running one that is not ready': [
    { phase: 'Failed', createdAt: ago(9) },
    { ready: false, createdAt: ago(5) },
  ],
  'ended pods': [
    { phase: 'Failed', createdAt: ago(5) },
    { phase: 'Succeeded', createdAt: ago(9) },
  ],
  readiness: [{ ready: false }, { ready: true }],
  deletion: [{ deletedAt: ago(-1), readySince: ago(9) }, { readySince: ago(5) }],
  'deletion, later and earlier': [{ deletedAt: ago(-1) }, { deletedAt: ago(-2) }],
  'ready for longer': [{ readySince: ago(1) }, { readySince: ago(9) }],
  'ready for longer than older ones': [
    { readySince: ago(1), createdAt: ago(20) },
    { readySince: ago(9), createdAt: ago(10) },
  ],
  restarts: [{ restarts: 2 }, { restarts: 0 }, { restarts: 5 }],
  'restarts of sidecars': [{ sidecarRestarts: 2 }, { sidecarRestarts: 0 }, { sidecarRestarts: 5 }],
  'restarts of init containers': [
    { sidecarRestarts: 2, isSidecar: false },
    { sidecarRestarts: 0, isSidecar: false },
    { sidecarRestarts: 5, isSidecar: false },
  ],
  age: [{ createdAt: ago(1) }, { createdAt: ago(9) }, { createdAt: ago(5) }].map((one) => ({
    ...one,
    readySince: ago(1),
  })),
  'not ready, by age': [
    { createdAt: ago(1), ready: false },
    { createdAt: ago(9), ready: false },
  ],
}

const workloads: TestWorkload[] = [
  { kind: 'Deployment', name: 'web', matchLabels: { app: 'web' } },
  { kind: 'Service', name: 'web', matchLabels: { app: 'web' } },
  {
    kind: 'Job',
    name: 'web',
    matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'shop'] }],
  },
]

const createdAt = ago(30)

function podOf({ restarts = 0, sidecarRestarts, isSidecar = true, ...pod }: Traits, index: number) {
  const name = `web-${index}`
  const containers: TestPod['containers'] = [
    {
      name: 'app',
      restarts,
      logs: name,
      exec: ({ stdout }) => {
        stdout.write(name)
        return 0
      },
    },
  ]
  const sidecar = {
    name: 'proxy',
    restarts: sidecarRestarts ?? 0,
    ...(isSidecar && { restartPolicy: 'Always' as const }),
  }
  const initContainers = sidecarRestarts === undefined ? [] : [sidecar]
  return { name, labels: { app: 'web' }, createdAt, containers, initContainers, ...pod }
}

describe(`the pod that kubectl chooses (${missing ?? 'built from source'})`, () => {
  let kubectl: string
  let folder: string

  beforeAll(async () => {
    if (missing === null) kubectl = await goProgram('kubectl')
    folder = await mkdtemp(join(tmpdir(), 'podwire-find-pod-'))
  }, buildTimeout)

  afterAll(() => rm(folder, { recursive: true }))

  /** kubectl's stdout, or its words of refusal. */
  async function run(server: TestServer, ...args: string[]): Promise<string> {
    const config = join(folder, 'config')
    await server.writeKubeconfig(config)
    const env = { ...process.env, KUBECONFIG: config, HOME: folder }
    const { stdout } = await promisify(execFile)(kubectl, args, { env }).catch((error) => error)
    return stdout
  }

  it.skipIf(missing !== null).each(Object.entries(cases))('%s', async (_, traits) => {
    const pods = traits.map(podOf)
    await using server = await createTestServer({ pods, workloads })
    const { url, ca, token } = server
    const cluster = await connect({ server: url, tls: { ca }, auth: { token } })
    const forExec = (await cluster.findPod('deploy/web')).name
    const forLogs = (await cluster.findPod('svc/web', { purpose: 'logs' })).name
    const chosen = pods.find(({ name }) => name === forExec)
    const hasEnded = chosen?.phase === 'Succeeded' || chosen?.phase === 'Failed'
    const [execed, logged] = await Promise.all([
      run(server, 'exec', 'deploy/web', '--', 'name'),
      run(server, 'logs', 'job/web'),
    ])
    // Neither kubectl nor anybody else can run something in the others; which it wanted is in its last request.
    if (chosen?.phase === undefined || chosen.phase === 'Running') expect(execed).toBe(forExec)
    else if (!hasEnded) {
      const paths = server.requests.map(({ path }) => path).filter((path) => /exec\?/.test(path))
      expect(paths.at(-1)).toContain(`/pods/${forExec}/exec`)
    }
    if (pods.find(({ name }) => name === forLogs)?.phase !== 'Pending') {
      expect(logged).toBe(forLogs)
    }
  })
})
