import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeconfigInput } from '../support/kubeconfig-arbitrary.ts'
import { kubeconfigInput } from '../support/kubeconfig-arbitrary.ts'
import type { Difference } from '../support/kubeconfig-deviations.ts'
import { DEVIATIONS, deviationOf } from '../support/kubeconfig-deviations.ts'
import type { KubeconfigFolder } from '../support/kubeconfig-folder.ts'
import { kubeconfigFolder } from '../support/kubeconfig-folder.ts'
import { shownVerdict } from '../support/kubeconfig-verdict.ts'
import type { Clientcmd } from './clientcmd.ts'
import { startClientcmd } from './clientcmd.ts'
import { buildTimeout, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real client-go' : `skipped: ${missing}`
// The same inputs for everybody; another seed looks further, and what it finds becomes a recorded case.
const seed = Number(process.env['PODWIRE_SEED'] ?? 41)
const inputs = Number(process.env['PODWIRE_INPUTS'] ?? 5_000)

let clientGo: Clientcmd
let folder: KubeconfigFolder
beforeAll(async () => {
  if (missing !== null) return
  clientGo = await startClientcmd()
  folder = await kubeconfigFolder(clientGo)
}, buildTimeout)
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]()
  await clientGo?.[Symbol.asyncDispose]()
})

describe.skipIf(missing !== null)(`any kubeconfig (${because})`, () => {
  it(
    'comes down to the same as in client-go, or is a documented deviation',
    async () => {
      const seen = new Map<string, number>()
      const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
      const property = fc.asyncProperty(kubeconfigInput, async (input) => {
        const difference = await folder.compare(input)
        const { ours, theirs } = difference
        count(`both ${ours.verdict === theirs.verdict ? ours.verdict : 'in their own way'}`)
        if (JSON.stringify(shownVerdict(ours)) === JSON.stringify(shownVerdict(theirs))) return
        const deviation = deviationOf(difference)
        if (deviation === undefined) throw new Error(report(difference))
        count(`  ${deviation}`)
      })
      // What is generated once is generated again by `PODWIRE_SEED=… PODWIRE_INPUTS=…`.
      await fc.assert(property, { seed, numRuns: inputs, endOnFailure: false })
      const lines = [...seen].toSorted().map(([what, times]) => `${times} ${what}`)
      process.stdout.write(`${[`${inputs} kubeconfigs, seed ${seed}`, ...lines].join('\n')}\n`)
      expect(seen.get('both accepted')).toBeGreaterThan(inputs / 20)
    },
    Math.max(120_000, inputs * 30),
  )

  it('each deviation is a row of the documentation', async () => {
    const docs = await readFile(new URL('../../docs/kubeconfig.md', import.meta.url), 'utf8')
    const rows = docs.split('\n').map((line) => line.split(' | ')[0]?.replace(/^\| /, ''))
    expect(Object.keys(DEVIATIONS).filter((name) => !rows.includes(name))).toEqual([])
  })
})

/** The input as files that can be looked at, and what came of it. */
function report({ input, ours, theirs }: Difference): string {
  const { files, ...process }: KubeconfigInput = input
  return [
    `podwire and client-go differ (seed ${seed}):`,
    ...Object.entries(files).map(([name, text]) => `--- @/${name}\n${text}`),
    `--- ${JSON.stringify(process)}`,
    `podwire:   ${JSON.stringify(ours)}`,
    `client-go: ${JSON.stringify(theirs)}`,
  ].join('\n')
}
