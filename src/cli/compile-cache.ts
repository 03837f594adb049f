import nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Has Node (22.1 and later) keep compiled code for the next start, in a folder that nobody else can write to: what is
 * in there is run unseen, and Node's own choice is below the system's folder for temporary files.
 */
export function enableCompileCache(): void {
  const { enableCompileCache: enable } = nodeModule as {
    enableCompileCache?: (path: string) => void
  }
  const { NODE_COMPILE_CACHE: chosen, XDG_CACHE_HOME: cache } = process.env
  if (enable === undefined || chosen !== undefined) return
  enable(join(cache || join(homedir(), '.cache'), 'podwire'))
}
