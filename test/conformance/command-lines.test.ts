import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import type { CommandLineCase } from './command-lines.ts'
import { commandLines, serverOptions } from './command-lines.ts'
import type { Ended, Program } from './comparison-table.ts'
import { comparisonTable, runLine } from './comparison-table.ts'
import { buildTimeout, goProgram, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? '' : ` (skipped: ${missing})`

/** `npm run compare` writes the page anew instead of comparing it. */
const writes = process.env['PODWIRE_RECORD'] === '1'
const page = new URL('../../docs/kubectl.md', import.meta.url)
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let server: TestServer
let folder: string
let programs: { readonly kubectl: Program; readonly podwire: Program }
const rows: { readonly line: CommandLineCase; readonly kubectl: Ended; readonly podwire: Ended }[] =
  []

beforeAll(async () => {
  if (missing !== null) return
  server = await createTestServer(serverOptions)
  folder = await mkdtemp(join(tmpdir(), 'compare-'))
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, PATH: process.env['PATH'] ?? '' }
  await server.writeKubeconfig(env.KUBECONFIG)
  programs = {
    kubectl: { argv: [await goProgram('kubectl')], env },
    podwire: { argv: [process.execPath, main], env },
  }
}, buildTimeout)

afterAll(async () => {
  await server?.close()
  if (folder !== undefined) await rm(folder, { recursive: true })
  if (writes) await writeFile(page, comparisonTable(rows))
})

describe.skipIf(missing !== null)(`kubectl and podwire${because}`, () => {
  it.each(commandLines)('$line', async (line) => {
    const [kubectl, podwire] = await Promise.all([
      runLine(programs.kubectl, line),
      runLine(programs.podwire, line),
    ])
    rows.push({ line, kubectl, podwire })
    if (line.why === undefined) expect(podwire).toEqual(kubectl)
    else expect(podwire).not.toEqual(kubectl)
  })

  it('the page is up to date', async () => {
    if (!writes) expect(await readFile(page, 'utf8')).toBe(comparisonTable(rows))
  })
})
