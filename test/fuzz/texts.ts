import { readFileSync } from 'node:fs'
import { readExecCredential } from '../../src/auth/exec-output.ts'
import type { ExecPlugin } from '../../src/auth/exec-plugin.ts'
import { PodwireError } from '../../src/errors.ts'
import { loadKubeconfig, resolveKubeconfig } from '../../src/kubeconfig/index.ts'
import { decodeStatus, parseTrace, timeline } from '../../src/protocol/index.ts'
import { refusal } from '../../src/transport/refusal.ts'
import { FuzzFailure, must } from './failure.ts'
import type { Random } from './random.ts'

/** Milliseconds for one text; on a busy machine, and in the worst of them. */
const patience = 5_000

const read = (name: string) =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')

const statuses = (JSON.parse(read('statuses/json.json')) as { text: string }[]).map(({ text }) =>
  Buffer.from(text),
)

const kubeconfigs = (
  JSON.parse(read('kubeconfig/cases.json')).cases as { files?: Record<string, unknown> }[]
)
  .flatMap(({ files = {} }) => Object.values(files))
  .filter((text) => typeof text === 'string' && text.length < 4096)
  .map((text) => Buffer.from(text as string))

const yamlTokens = [
  ': ',
  '- ',
  '&a ',
  '*a',
  '!!binary ',
  '<<: ',
  '? ',
  '|\n',
  '{',
  '[',
  "'",
  '#',
  '\t',
]
  .concat('%YAML 1.1\n', '---\n', '...\n', '0x1', '1_0', '~', '\u0085', '\ufeff')
  .map((token) => Buffer.from(token))

const plugin: ExecPlugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'plugin' }
const credential = Buffer.from(
  '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t","expirationTimestamp":"2026-01-02T03:04:05Z"}}',
)

const trace = Buffer.from(
  `{"type":"open","time":0,"version":1,"started":"2026","subprotocol":"v5.channel.k8s.io","request":{"kind":"exec","namespace":"n","pod":"p","container":null,"stdin":true,"stdout":true,"stderr":true,"tty":false}}
{"type":"message","time":1,"direction":"in","channel":1,"size":2,"bytes":"AWhp"}
{"type":"end","time":2,"code":1000,"reason":"","error":null}
`,
)

/** One text for each reader of a peer's or a file's text. @returns how many */
export async function fuzzTexts(random: Random): Promise<number> {
  const readers = [statusText, refusalText, traceText, kubeconfigText, pluginText]
  for (const reader of readers) await reader(random)
  return readers.length
}

function statusText(random: Random): void {
  const text = random.mutated(random.pick(statuses))
  const status = decodeStatus(text)
  if (status !== null) must(JSON.stringify(status).length < 16_384, 'a status out of nothing', text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
const control = /[\u0000-\u001f\u007f-\u009f]/

function refusalText(random: Random): void {
  const text = random.mutated(random.pick(statuses))
  const code = random.pick([200, 301, 400, 401, 403, 404, 431, 500])
  const asked = random.pick(['v5.channel.k8s.io', 'v4.channel.k8s.io', 'request'] as const)
  const error = refusal(code, Buffer.from(random.bytes(8)).toString('latin1'), text, asked)
  must(!control.test(error.message) && error.message.length < 10_000, 'a message to fear', text)
}

function traceText(random: Random): void {
  const text = Buffer.from(random.mutated(trace)).toString()
  try {
    for (const { detail } of timeline(parseTrace(text))) {
      must(!control.test(detail), 'a detail to fear', text)
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new FuzzFailure(String(error), text)
  }
}

async function kubeconfigText(random: Random): Promise<void> {
  const text = random.mutated(random.pick(kubeconfigs), yamlTokens)
  await refusedOrTaken(text, async () => {
    await resolveKubeconfig(await loadKubeconfig(text))
  })
}

async function pluginText(random: Random): Promise<void> {
  const text = random.mutated(credential, yamlTokens)
  await refusedOrTaken(text, () => readExecCredential(text, plugin))
}

async function refusedOrTaken(text: Uint8Array, run: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  try {
    await run()
  } catch (error) {
    must(error instanceof PodwireError, String((error as Error)?.stack), text)
  }
  must(performance.now() - start < patience, 'too long', text)
}
