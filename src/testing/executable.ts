import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** A command that could not be started, in the words of runc and containerd. */
export class RuntimeError extends Error {}

const prefix = 'OCI runtime exec failed: exec failed: unable to start container process: '

/**
 * The file that a command names, looked up in `PATH` when it has no slash.
 * @throws {RuntimeError} there is none, or it cannot be executed
 */
export function findExecutable(command: string, env: NodeJS.ProcessEnv, cwd: string): string {
  const quoted = JSON.stringify(command)
  if (command.includes('/')) {
    const path = resolve(cwd, command)
    if (isExecutable(path)) return path
    const words = exists(path) ? 'permission denied' : `stat ${command}: no such file or directory`
    throw new RuntimeError(`${prefix}exec: ${quoted}: ${words}: unknown`)
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, command)
    if (folder !== '' && command !== '' && isExecutable(path)) return path
  }
  throw new RuntimeError(`${prefix}exec: ${quoted}: executable file not found in $PATH: unknown`)
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
