import { validArgument } from '../protocol/request.ts'

/** Names that a shell keeps to itself: setting one is an error there, or comes to something else. */
const reserved: ReadonlySet<string> = new Set([
  ...['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'GROUPS', 'LINENO', 'OPTIND', 'PPID', 'PWD', 'OLDPWD'],
  ...['RANDOM', 'SECONDS', 'SHELLOPTS', 'SRANDOM', 'UID', '_'],
])

/** @throws {TypeError | RangeError} not the path of a folder */
export function validFolder(cwd: unknown): string {
  if (typeof cwd !== 'string') throw new TypeError('cwd must be a string')
  if (cwd === '') throw new RangeError('cwd must name a folder')
  return validArgument('cwd', cwd)
}

/** Its values are not quoted in errors: they may be secret. @throws {TypeError | RangeError} not an environment */
export function validEnvironment(env: unknown): Readonly<Record<string, string>> {
  if (typeof env !== 'object' || env === null || Array.isArray(env)) {
    throw new TypeError("env must be an object, such as { LANG: 'C.UTF-8' }")
  }
  for (const [name, value] of Object.entries(env)) {
    const shown = JSON.stringify(name)
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new RangeError(`env has a name that a shell cannot set: ${shown}`)
    }
    if (reserved.has(name)) throw new RangeError(`env cannot set ${name}, which is the shell's own`)
    if (typeof value !== 'string') throw new TypeError(`env[${shown}] must be a string`)
    validArgument(`env[${shown}]`, value)
  }
  return env as Readonly<Record<string, string>>
}
