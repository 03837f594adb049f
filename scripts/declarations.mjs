import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Deletes the declarations that no public one refers to: half of them, of use to nobody, and the package has a budget.
 * @param {string} dist
 * @param {readonly string[]} entries the public declaration files
 */
export function pruneDeclarations(dist, entries) {
  const reachable = new Set(entries)
  // A set hands out what is added while it is walked.
  for (const file of reachable) {
    for (const reference of references(file)) reachable.add(reference)
  }
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const file = resolve(dist, name)
    if (file.endsWith('.d.ts') && !reachable.has(file)) rmSync(file)
  }
}

/**
 * The files that a declaration file written by the compiler refers to. They still bear the names of their sources:
 * `rewriteRelativeImportExtensions` changes code only, and compilers find `x.d.ts` for `./x.ts`.
 * @param {string} file
 */
function references(file) {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from |import |import\()['"](\.[^'"]*)\.ts['"]/g)].map(
    ([, path = '']) => resolve(dirname(file), `${path}.d.ts`),
  )
}
