import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { root } from './tree.ts'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs to its end. `NODE_OPTIONS` is withheld: it could print warnings of its own. */
export function run(command: string, args: readonly string[], cwd: string): Ended {
  const env = { ...process.env, NODE_OPTIONS: undefined }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (error !== undefined) throw error
  return { code: status, stdout, stderr }
}

export function node(args: readonly string[], cwd: string): Ended {
  return run(process.execPath, args, cwd)
}

/** What the compiler has to say about a folder's tsconfig.json: nothing when all is well. */
export function compile(folder: string): string {
  return node([resolve(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'], folder)
    .stdout
}
