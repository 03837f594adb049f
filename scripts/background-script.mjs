// `node scripts/background-script.mjs`: makes src/background/script.ts of background.sh. With `--check` it only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const folder = resolve(import.meta.dirname, '../src/background')
const target = resolve(folder, 'script.ts')
const source = readFileSync(resolve(folder, 'background.sh'), 'utf8')

/** No line there begins inside quotes. */
const compact = (/** @type {string} */ text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n')

const [head = '', ...parts] = source.split(/^###/m)
const common = { head: compact(head), tail: compact(parts.pop() ?? '') }
const verbs = Object.fromEntries(
  parts.map((part) => {
    const end = part.indexOf('\n')
    return [part.slice(0, end).trim(), compact(part.slice(end))]
  }),
)
const constant = (/** @type {string} */ name, /** @type {object} */ texts) => {
  const lines = Object.entries(texts).map(
    ([key, text]) => `  ${key}: \`${text.replace(/[\\`]|\$\{/g, '\\$&')}\`,`,
  )
  return `${name} = {\n${lines.join('\n')}\n}`
}
const result = `// Made of background.sh by scripts/background-script.mjs; that is the file to read and to change.
${constant('const common', common)}

${constant('const verbs', verbs)}

/** What a container can be asked to do. */
export type Verb = keyof typeof verbs

/** The script for a verb. */
export function scriptOf(verb: Verb): string {
  return [common.head, verbs[verb], common.tail].join('\\n')
}
`

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== result) {
    console.error('src/background/script.ts is not what background.sh makes')
    process.exitCode = 1
  }
} else {
  writeFileSync(target, result)
}
