import { dirname, join, normalize } from 'node:path/posix'
import { importsOf } from './imports.ts'
import type { SourceFile } from './tree.ts'

/** The first chain of imports, of types too, that each file comes back to itself by. */
export function circles(files: readonly SourceFile[]): string[] {
  const targets = new Map(files.map(({ name, source }) => [name, targetsOf(name, source)]))
  return files.flatMap(({ name }) => {
    const chain = chainBetween(name, name, targets)
    // One for all who are in it.
    return chain?.every((other) => name <= other) ? [chain.join(' > ')] : []
  })
}

function targetsOf(name: string, source: string): string[] {
  return importsOf(source)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => normalize(join(dirname(name), specifier)))
}

/** The shortest one. */
function chainBetween(
  from: string,
  to: string,
  targets: ReadonlyMap<string, readonly string[]>,
): string[] | null {
  const seen = new Set<string>()
  let chains = [[from]]
  while (chains.length > 0) {
    const longer: string[][] = []
    for (const chain of chains) {
      for (const target of targets.get(chain.at(-1) ?? '') ?? []) {
        if (target === to) return [...chain, to]
        if (!seen.has(target)) longer.push([...chain, target])
        seen.add(target)
      }
    }
    chains = longer
  }
  return null
}
