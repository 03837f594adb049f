import { readdirSync, readFileSync } from 'node:fs'
import { resolve, sep } from 'node:path'

export const root: string = resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** The path below the folder, with slashes. */
  readonly name: string
  readonly source: string
}

/** Every TypeScript file below a folder of the repository. */
export function readTree(folder: string): SourceFile[] {
  return readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => ({ name, source: readFileSync(resolve(root, folder, name), 'utf8') }))
}
