import type { SourceFile } from './tree.ts'

export const maxLines = 400

export function tooLong(files: readonly SourceFile[]): string[] {
  return files
    .map(({ name, source }) => ({ name, lines: source.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ name, lines }) => `${name} has ${lines} lines`)
}

/** Tests of units that do not exist (any more). @param tests named below test/unit @param sources named below src */
export function orphans(tests: readonly SourceFile[], sources: readonly SourceFile[]): string[] {
  const known = new Set(sources.map(({ name }) => name))
  return tests
    .filter(({ name }) => name.endsWith('.test.ts'))
    .map(({ name }) => name.replace(/\.test\.ts$/, '.ts'))
    .filter((name) => !known.has(name))
}

/**
 * `.only` and `.todo` anywhere, a `.skip` without a comment above it that gives the reason, and a test that skips
 * itself without a note.
 */
export function unexplained({ name, source }: SourceFile): string[] {
  const lines = source.split('\n')
  return lines.flatMap((line, index) => {
    if (/\bskip\(\)/.test(line)) return [`${name}:${index + 1} skip()`]
    const verb = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(skip|only|todo)\b/.exec(line)?.[1]
    if (verb === undefined) return []
    const explained = verb === 'skip' && lines[index - 1]?.trim().startsWith('//')
    return explained ? [] : [`${name}:${index + 1} .${verb}`]
  })
}
