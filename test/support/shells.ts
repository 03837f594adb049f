import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { it } from 'vitest'

/** Command line of a shell, by its path. */
export type Shell = readonly [file: string, ...options: string[]]

// What containers have as `sh`.
const commands: Readonly<Record<string, readonly [string, ...string[]]>> = {
  sh: ['sh'],
  dash: ['dash'],
  'bash as sh': ['bash', '--posix'],
  busybox: ['busybox', 'sh'],
}

/** The path of a program; `null` where there is none. */
export function programPath(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/bin']
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether `sh` is one of the others, as it is almost everywhere; of bash it is another mode. */
function isAnother(sh: string): boolean {
  const others = ['dash', 'busybox'].map(programPath).filter((file) => file !== null)
  return others.some((file) => realpathSync(file) === realpathSync(sh))
}

/**
 * The shells of this machine, none of them twice; each that it has not is one skipped test, which says so.
 * @param what is done in each, for the name of that test
 */
export function installedShells(what: string): readonly (readonly [name: string, shell: Shell])[] {
  return Object.entries(commands).flatMap(([name, [program, ...options]]) => {
    const file = programPath(program)
    if (file !== null && name === 'sh' && isAnother(file)) return []
    if (file !== null) return [[name, [file, ...options]] as const]
    // The name of the test gives the reason.
    it.skip(`${what} in ${name} (skipped: no ${program} in PATH)`, () => {})
    return []
  })
}
