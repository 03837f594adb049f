import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runNode } from '../child.mjs'
import { column, interleave } from '../rounds.mjs'
import { median, ratio, spread } from '../statistics.mjs'
import { judged, printTable } from '../table.mjs'

const count = 10_000

/** What it takes to go from a large kubeconfig on disk to one of its clusters; each in a fresh process. */
export async function kubeconfig({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'podwire-bench-'))
  const written = join(folder, 'written')
  const edited = join(folder, 'edited')
  const text = kubeconfigText()
  writeFileSync(written, text)
  // Only the full grammar reads a comment behind a value.
  writeFileSync(edited, text.replace('apiVersion: v1\n', 'apiVersion: v1 # by hand\n'))
  try {
    const contenders = {
      podwire: ['podwire', written],
      'podwire, a file with a comment behind a value': ['podwire', edited],
      'the yaml package alone': ['yaml', written],
      'client-node': ['client-node', written],
    }
    const samples = await interleave(rounds, contenders, async (args) =>
      JSON.parse((await runNode('programs/load-kubeconfig.mjs', args)).stdout),
    )
    const rows = Object.entries(samples).map(([name, own]) => [
      name,
      spread(column(own, 'wall')),
      ratio(column(own, 'wall'), column(samples['the yaml package alone'], 'wall')).toFixed(2),
      // One thread does it all, so this is the time on an idle machine.
      judged(median(column(own, 'cpu')), name === 'podwire' ? { atMost: 1_000 } : undefined, 0),
    ])
    const size = (text.length / 1e6).toFixed(1)
    printTable(
      `kubeconfig of ${size} MB with ${count} contexts: ${rounds} rounds`,
      ['loaded by', 'wall ms', 'to yaml', 'CPU ms'],
      rows,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As kubectl writes it. */
function kubeconfigText() {
  const each = (lines) => Array.from({ length: count }, (_, n) => lines(n).join('\n')).join('\n')
  const token = Buffer.alloc(200, 'podwire').toString('base64')
  return `apiVersion: v1
clusters:
${each((n) => ['- cluster:', `    server: https://cluster-${n}.example.com:6443`, `  name: cluster-${n}`])}
contexts:
${each((n) => ['- context:', `    cluster: cluster-${n}`, `    namespace: team-${n}`, `    user: user-${n}`, `  name: context-${n}`])}
current-context: context-${count - 1}
kind: Config
preferences: {}
users:
${each((n) => [`- name: user-${n}`, '  user:', `    token: ${token}${n}`])}
`
}
