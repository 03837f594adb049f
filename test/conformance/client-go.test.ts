import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Case, Observed } from '../unit/kubeconfig/cases.ts'
import { readCases } from '../unit/kubeconfig/cases.ts'
import { buildTimeout, goProgram, missingGo } from './go-programs.ts'

const missing = missingGo()
const because = missing === null ? 'real client-go' : `skipped: ${missing}`

/** The answer of cmd/clientcmd, as far as the recordings have it, too. */
interface Answer {
  readonly stage?: string
  readonly error?: string
  readonly emptyConfig?: boolean
  readonly url?: string
  readonly namespace?: string
  readonly headers?: readonly string[]
  readonly tls?: { readonly serverName?: string; readonly insecure?: boolean }
  readonly proxy?: string
}

let program: string
beforeAll(async () => {
  if (missing === null) program = await goProgram('clientcmd')
}, buildTimeout)

const cases = await readCases()

describe.skipIf(missing !== null)(`the recorded kubeconfigs still hold (${because})`, () => {
  it.each(cases.map((recorded) => [recorded.id, recorded.title, recorded] as const))(
    '%s: %s',
    async (_id, _title, recorded) => {
      expect(await observe(recorded)).toEqual(comparable(recorded.observed))
    },
  )
})

/** What client-go makes of a case, in the words of the recordings. */
async function observe(recorded: Case): Promise<Observed> {
  const folder = await mkdtemp(join(tmpdir(), 'podwire-client-go-'))
  const inFolder = (text: string) => text.replaceAll('@', folder)
  try {
    for (const [name, content] of Object.entries(recorded.files)) {
      const path = join(folder, name)
      await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true })
      if (name.endsWith('/')) continue
      const text =
        typeof content === 'string'
          ? content.replaceAll('@@', folder)
          : Buffer.from(content.base64, 'base64')
      await writeFile(path, text)
      await chmod(path, 0o755)
    }
    const { kc, cwd = '.', env = {}, args = [] } = recorded
    const flags = [...(kc === undefined ? [] : ['-kubeconfig', inFolder(kc)]), ...args]
    const variables = Object.entries(env).map(([name, value]) => [name, inFolder(value)])
    const { stdout } = await promisify(execFile)(program, ['-request', ...flags], {
      cwd: join(folder, cwd),
      env: {
        PATH: process.env['PATH'],
        HOME: join(folder, 'home'),
        ...Object.fromEntries(variables),
      },
    })
    return summary(JSON.parse(stdout.replaceAll(folder, '@')) as Answer)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function summary(answer: Answer): Observed {
  const { stage, error, emptyConfig, url, namespace, headers = [], tls, proxy } = answer
  return comparable({
    ...(stage !== undefined && { stage: stage as NonNullable<Observed['stage']> }),
    ...(error !== undefined && { err: error }),
    ...(emptyConfig !== undefined && { emptyConfig }),
    ...(url !== undefined && { url }),
    ...(namespace !== undefined && { namespace }),
    ...(headers.length > 0 && { headers }),
    ...(tls?.serverName !== undefined && { serverName: tls.serverName }),
    ...(tls?.insecure !== undefined && { insecure: tls.insecure }),
    ...(proxy !== undefined && { proxy }),
  })
}

/** The fields that both have, without what the recordings leave out or word in their own way. */
function comparable(observed: Observed): Observed {
  const { stage, err, emptyConfig, url, namespace, headers, serverName, insecure, proxy } = observed
  const words = err?.replace('TLSConfigFor: ', '').replace(/(duplicate name .* in list: ).*/s, '$1')
  // A request was recorded although its TLS could not be had.
  const kept = stage === undefined ? headers : undefined
  const real = url?.startsWith('ERR ') ? undefined : url
  const chosen = stage === 'config' ? undefined : namespace
  const fields = { stage, err: words, emptyConfig, url: real, namespace: chosen, headers: kept }
  return JSON.parse(JSON.stringify({ ...fields, serverName, insecure, proxy })) as Observed
}
