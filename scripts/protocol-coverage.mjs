// Writes docs/protocol-coverage.md: for each numbered rule of docs/PROTOCOL.md the vectors and tests that show it.
// `--check` only compares. Fails when a rule has none, or when something names a rule that there is not.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const read = (path) => readFileSync(resolve(root, path), 'utf8')

/** @type {Map<string, { vectors: Map<string, number>, tests: Set<string> }>} */
const rules = new Map()
for (const [, rule] of read('docs/PROTOCOL.md').matchAll(/^- \*\*(P-\d+\.\d+)\*\*/gm)) {
  if (rules.has(rule)) throw new Error(`${rule} is there twice`)
  rules.set(rule, { vectors: new Map(), tests: new Set() })
}

/** @type {string[]} */
const problems = []

function entry(rule, where) {
  const found = rules.get(rule)
  if (found === undefined)
    problems.push(`${where} names ${rule}, which docs/PROTOCOL.md does not have`)
  return found
}

for (const name of readdirSync(resolve(root, 'fixtures/vectors'))) {
  if (!name.endsWith('.json') || /schema|dictionary/.test(name)) continue
  const { kind, vectors } = JSON.parse(read(`fixtures/vectors/${name}`))
  for (const { id, sentences } of vectors) {
    for (const rule of sentences) {
      const counts = entry(rule, id)?.vectors
      counts?.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
}

// A rule is named in a test's title, or in a comment right above the test or the line that shows it.
const tests = readdirSync(resolve(root, 'test'), { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith('.test.ts'))
  .map((file) => relative(root, resolve(file.parentPath, file.name)).split(sep).join('/'))
  .filter((path) => !path.startsWith('test/vectors/'))
  .sort()
for (const path of tests) {
  for (const [, from, to] of read(path).matchAll(/\b(P-\d+\.\d+)(?: to (P-\d+\.\d+))?/g)) {
    for (const rule of to === undefined ? [from] : range(from, to))
      entry(rule, path)?.tests.add(path)
  }
}

/** @param {string} from @param {string} to of the same section */
function range(from, to) {
  const [section, first] = from.slice(2).split('.').map(Number)
  const last = Number(to.split('.')[1])
  return Array.from({ length: last - first + 1 }, (_, index) => `P-${section}.${first + index}`)
}

const rows = [...rules].map(([rule, { vectors, tests: files }]) => {
  if (vectors.size === 0 && files.size === 0) problems.push(`nothing shows ${rule}`)
  const counted = [...vectors].map(([kind, count]) => `${kind} (${count})`).join(', ')
  const linked = [...files].map((path) => `[${path.slice('test/'.length)}](../${path})`).join(', ')
  return `| ${rule} | ${counted} | ${linked} |`
})

const text = `# What shows each rule

Of the ${rules.size} rules of [PROTOCOL.md](PROTOCOL.md), each is shown by [vectors](../fixtures/vectors/README.md), by tests that name it, or by both. This table is written by \`node scripts/protocol-coverage.mjs\`.

| rule | vectors | tests |
| --- | --- | --- |
${rows.join('\n')}
`
const path = resolve(root, 'docs/protocol-coverage.md')
if (process.argv[2] !== '--check') writeFileSync(path, text)
else if (read('docs/protocol-coverage.md') !== text) {
  problems.push(
    'docs/protocol-coverage.md is not up to date: run node scripts/protocol-coverage.mjs',
  )
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
