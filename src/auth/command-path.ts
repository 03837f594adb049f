import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'

const SEPARATOR = process.platform === 'win32' ? /[/\\]/ : /\//

type Env = Readonly<Record<string, string | undefined>>

/** How the file of a command was found, or why not. */
export type CommandPath =
  | { readonly path: string }
  | { readonly path?: never; readonly problem: string }

/**
 * The program that a command stands for. A bare name is looked for in `PATH`, by us and not by the system, which also
 * looks in the folder it runs in: `PATH` elements that are not absolute are skipped, as client-go refuses what they hold.
 */
export async function findCommand(command: string, env: Env): Promise<CommandPath> {
  if (SEPARATOR.test(command)) {
    const path = resolve(command)
    const problem = await problemOf(path)
    return problem === undefined ? { path } : { problem }
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)) {
    for (const extension of extensions(env)) {
      const path = join(folder, command + extension)
      if ((await problemOf(path)) === undefined) return { path }
    }
  }
  return { problem: 'was not found in any absolute folder of PATH' }
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'is not a file'
    await access(path, constants.X_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' ? 'is not executable by this user' : 'does not exist'
  }
}

function extensions(env: Env): readonly string[] {
  if (process.platform !== 'win32') return ['']
  return ['', ...(env['PATHEXT'] ?? '.COM;.EXE').split(';')]
}
