// Writes fixtures/vectors/recording.json from fixtures/frames: what was recorded there, in the form of the other vectors.
// The expected values are those that stand beside each recording.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const fixtures = resolve(import.meta.dirname, '../fixtures')

/** The rules that a recording shows, by a part of its name. What the server was sent is in the name, too. */
const shown = [
  [/then success$|success without output|a status without|^success,/, ['P-3.6', 'P-7.1']],
  [/^exit code 3|then exit code 3$|exit code 3,|killed by a signal/, ['P-6.4', 'P-7.1']],
  [/exit code 3.*as text|as text$/, ['P-6.9']],
  [/silent success/, ['P-7.3']],
  [/the opening frame is on/, ['P-3.6']],
  [/no stream asked for|is no stream at all/, ['P-1.5']],
  [/tty with stdout and stderr|tty with stderr alone/, ['P-1.6']],
  [/chosen/, ['P-2.4']],
  [/from the first of two header lines/, ['P-2.3']],
  [/where no subprotocol was offered/, ['P-2.2']],
  [/cannot start the command|^no such co|^no command/, ['P-6.5']],
  [/Windows exit code$/, ['P-6.4']],
  [/Windows exit code that the translator/, ['P-6.5']],
  [/ended by CLOSE|stdin ended before any data|stdin that ends/, ['P-4.2']],
  [/CLOSE of one byte|CLOSE for channel 9/, ['P-4.3']],
  [/CLOSE is ignored/, ['P-4.4']],
  [/after its CLOSE/, ['P-4.6']],
  [/although stdin was not asked for/, ['P-4.1']],
  [/takes text messages and ignores unknown/, ['P-3.2', 'P-3.7']],
  [/continuation frame/, ['P-3.8']],
  [/32 MiB/, ['P-3.9']],
  [/unmasked/, ['P-3.11']],
  [/ping/, ['P-9.1']],
  [/without padding it is dropped/, ['P-3.4']],
  [/the client closes/, ['P-7.8']],
  [/reads as success/, ['P-7.7']],
  [/cuts the connection/, ['P-7.2']],
  [/status without `status`/, ['P-6.5']],
  [/resizes? without a tty/, ['P-5.3']],
  [/malformed (one|resize)/, ['P-5.2']],
  [/nobody reads/, ['P-4.7', 'P-4.8']],
  [/^attach .*tty/, ['P-1.8']],
]

const files = ['v5', 'v4', 'v1', 'base64', 'cluster', 'conformance']

/** @param {string} file */
function recordingsOf(file) {
  return JSON.parse(readFileSync(resolve(fixtures, `frames/${file}.json`), 'utf8'))
}

/** @param {string} text one character per byte */
const hex = (text) => Buffer.from(text, 'latin1').toString('hex')

/** @param {{ kind: string, exitCode: number, status: { message?: string } } | null} outcome */
function outcomeOf(outcome) {
  if (outcome === null) return { unknown: true }
  if (outcome.kind === 'exit') return { exit: outcome.exitCode }
  return { failure: outcome.status.message ?? null }
}

/** @type {Map<string, number>} */
const seen = new Map()

/** @param {string} id */
function unique(id) {
  const count = (seen.get(id) ?? 0) + 1
  seen.set(id, count)
  return count === 1 ? id : `${id} (${count})`
}

const vectors = files.flatMap((file) =>
  recordingsOf(file).map((recording) => ({
    id: unique(`recording/${file}: ${recording.name}`),
    title: recording.name,
    source: recording.recordedFrom,
    sentences: [
      ...new Set(shown.flatMap(([name, rules]) => (name.test(recording.name) ? rules : []))),
    ],
    input: {
      subprotocol: recording.subprotocol,
      steps: [
        ...recording.messages.map(({ hex: binary, text }) =>
          binary === undefined ? { text } : { binary },
        ),
        recording.close === null
          ? { lost: true }
          : { close: [recording.close.code, recording.close.reason] },
      ],
    },
    expected: {
      stdout: hex(recording.expected.stdout),
      stderr: hex(recording.expected.stderr),
      ...outcomeOf(recording.expected.outcome),
    },
  })),
)

const lines = vectors.map((vector) => `    ${JSON.stringify(vector)}`)
const head = '  "$schema": "./vectors.schema.json",\n  "version": 1,\n  "kind": "recording",\n'
const text = `{\n${head}  "vectors": [\n${lines.join(',\n')}\n  ]\n}\n`
const path = resolve(fixtures, 'vectors/recording.json')
if (process.argv[2] !== '--check') writeFileSync(path, text)
else if (readFileSync(path, 'utf8') !== text) {
  console.error('fixtures/vectors/recording.json is not up to date: run node scripts/vectors.mjs')
  process.exitCode = 1
}
