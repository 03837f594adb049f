import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { importsOf } from './imports.ts'
import { root } from './tree.ts'

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly bin: Readonly<Record<string, string>>
  readonly imports: Readonly<
    Record<string, Readonly<Record<'module' | 'node' | 'default', string>>>
  >
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>
}

export const manifest: Manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

export interface EntryPoint {
  /** Such as `podwire/testing`. */
  readonly specifier: string
  readonly types: string
  readonly code: string
}

/** What the package exports, `package.json` aside. */
export const entryPoints: readonly EntryPoint[] = Object.entries(manifest.exports).flatMap(
  ([key, target]) =>
    typeof target === 'string'
      ? []
      : [{ specifier: `podwire${key.slice(1)}`, types: target.types, code: target.default }],
)

const missing = entryPoints.filter(({ code }) => !existsSync(resolve(root, code)))
if (missing.length > 0) {
  const files = missing.map(({ code }) => code).join(', ')
  throw new Error(`${files} missing: run \`npm run build\` before the package tests`)
}

export function entryPoint(specifier: string): EntryPoint {
  const found = entryPoints.find((entry) => entry.specifier === specifier)
  if (found === undefined) throw new Error(`package.json exports no ${specifier}`)
  return found
}

export interface Graph {
  /** Paths below the repository, with slashes. */
  readonly files: readonly string[]
  /** The packages and Node modules that the files name, sorted. */
  readonly external: readonly string[]
}

/** What loading a file of `dist` loads: its static imports, and theirs. */
export function codeGraph(entry: string): Graph {
  return graph(entry, (path) =>
    importsOf(readFileSync(path, 'utf8'), 'js')
      .filter(({ kind }) => kind === 'static')
      .map(({ specifier }) => manifest.imports[specifier]?.default ?? specifier),
  )
}

/** The declarations that a consumer's compiler reads. They still name each other as `.ts`. */
export function typesGraph(entry: string): Graph {
  return graph(entry, (path) =>
    importsOf(readFileSync(path, 'utf8'), 'dts').map(({ specifier }) =>
      specifier.startsWith('.') ? specifier.replace(/\.(ts|js)$/, '.d.ts') : specifier,
    ),
  )
}

function graph(entry: string, specifiers: (path: string) => string[]): Graph {
  const paths = new Set([resolve(root, entry)])
  const external = new Set<string>()
  // A set hands out what is added while it is walked.
  for (const path of paths) {
    for (const specifier of specifiers(path)) {
      if (specifier.startsWith('.')) paths.add(resolve(dirname(path), specifier))
      else external.add(specifier)
    }
  }
  const files = [...paths].map((path) => relative(root, path).split(sep).join('/'))
  return { files, external: [...external].sort() }
}
