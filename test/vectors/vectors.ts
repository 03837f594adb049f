import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** What fixtures/vectors holds; see the README and the schema there. */
export interface Vector {
  readonly id: string
  readonly title: string
  readonly sentences: readonly string[]
  readonly input: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
}

export interface VectorFile {
  readonly name: string
  readonly kind: string
  readonly vectors: readonly Vector[]
}

export const folder = resolve(import.meta.dirname, '../../fixtures/vectors')

export const vectorFiles: readonly VectorFile[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !/schema|dictionary/.test(name))
  .sort()
  .map((name) => ({ name, ...(readJson(name) as Omit<VectorFile, 'name'>) }))

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(resolve(folder, name), 'utf8'))
}

/** The vectors of some kinds as rows of a table of tests. */
export function rowsOf(...kinds: readonly string[]): [id: string, title: string, Vector][] {
  return vectorFiles
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ vectors }) => vectors.map((vector) => [vector.id, vector.title, vector]))
}
