import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, runNode } from '../child.mjs'
import { findKubectl } from '../kubectl.mjs'
import { interleave } from '../rounds.mjs'
import { ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const [nodeMajor] = process.versions.node.split('.').map(Number)
const budget = { atMost: nodeMajor >= 24 ? 1 : 1.5 }

/** Whole processes, from start to exit. */
export async function cli({ short }) {
  const runs = short ? 5 : 20
  const folder = mkdtempSync(join(tmpdir(), 'podwire-bench-'))
  const kubeconfig = join(folder, 'config')
  const server = fork(new URL('../programs/test-server.mjs', import.meta.url), [kubeconfig])
  try {
    const [target] = await once(server, 'message')
    const kubectl = await findKubectl()
    // kubectl keeps what it learns about a cluster in its home.
    const env = {
      HOME: folder,
      KUBECONFIG: kubeconfig,
      // Node 20 parses all of such a file before it runs anything, and no program here has use for it.
      NODE_EXTRA_CA_CERTS: undefined,
    }
    const exec = ['exec', 'web-0', '--', 'true']
    const programs = {
      'bare ws script': () =>
        runNode('programs/bare-exec.mjs', [JSON.stringify(target), 'true'], env),
      podwire: () => runNode('../dist/cli/main.js', exec, env),
      ...(kubectl.path !== undefined && { kubectl: () => run(kubectl.path, exec, env) }),
    }
    for (const start of Object.values(programs)) await start()
    const samples = await interleave(runs, programs, async (start) => (await start()).wall)
    const rows = Object.entries(samples).map(([name, own]) => [
      name === 'kubectl' ? `kubectl ${kubectl.version}` : name,
      spread(own),
      ratio(own, samples['bare ws script']).toFixed(2),
      samples.kubectl === undefined
        ? 'skipped'
        : judged(ratio(own, samples.kubectl), name === 'podwire' ? budget : undefined),
    ])
    printTable(
      `podwire exec POD -- true: whole processes, ${runs} rounds`,
      ['program', 'wall ms', 'to bare ws', 'to kubectl'],
      rows,
    )
    if (kubectl.path === undefined) console.log(`kubectl skipped: ${kubectl.reason}`)
  } finally {
    server.disconnect()
    rmSync(folder, { recursive: true, force: true })
  }
}
