import type { Marker } from './marker.ts'
import { newMarker } from './marker.ts'
import type { UserProblem } from './user.ts'
import { switching } from './user.ts'

/** What a command runs with inside its wrapper. */
export interface WrapperOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
  /** Where the command runs; absent: where the container's image says. */
  readonly cwd?: string | undefined
  /** Added to the container's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Whose the command is; absent: whose the container is. */
  readonly user?: string | undefined
}

/**
 * What a wrapper reports in the place of an exit code, when it could not run the command at all: there is no such
 * folder or user, no way to become that user, or no `head` that counts bytes.
 */
export type WrapperProblem = 'cwd' | 'head' | UserProblem

// Until `echo` succeeds: a command may leave its output in non-blocking mode and full.
const printing =
  'p() { i=0; until echo "$1"; do [ "$i" -lt 600 ] || break; i=$((i+1)); sleep 1; done; }'

// What a shell may have taken over from its environment.
const firstLine = 'set +efux'

/**
 * A command inside `sh -c`, which prints the marker and the exit code on every output behind it and then reads stdin to
 * its end.
 *
 * Nothing of the caller's becomes part of the script: all of it travels as arguments. Up to the command's end the
 * script sets no variable, since one that the container's environment has is exported to the command.
 */
export class Wrapper {
  readonly marker: Marker = newMarker()
  readonly #command: readonly string[]
  readonly #options: WrapperOptions
  #wrapping: readonly string[] = []

  constructor(command: readonly string[], options: WrapperOptions) {
    this.#command = command
    this.#options = options
  }

  /** Whether there is stdin to be read to its end behind the command; a terminal's never ends. */
  get drains(): boolean {
    return this.#options.stdin && !this.#options.tty
  }

  /** @param stdinLength bytes after which stdin ends for the command; `null`: where the server says so */
  argv(stdinLength: number | null): readonly string[] {
    this.#wrapping = this.#wrap(stdinLength)
    return [...this.#wrapping, ...this.#command]
  }

  /** A message of the server's without the wrapper; nothing, when that cannot be told apart from the rest. */
  strip(message: string): string | undefined {
    const plain = message.replaceAll(`${this.#wrapping.join(' ')} `, '')
    const traces = [...this.marker.parts, firstLine]
    return traces.some((trace) => plain.includes(trace)) ? undefined : plain
  }

  #wrap(stdinLength: number | null): readonly string[] {
    const { cwd, env = {}, user, stdout, stderr, tty } = this.#options
    const args: string[] = [...this.marker.parts]
    let ahead = 0
    const place = (value: string): string => `"\${${args.push(value) + ahead}}"`
    const checks: [check: string, problem: string][] = []
    const before: string[] = []
    if (user !== undefined) {
      // From here on all arguments are three places further, behind what `as` has said.
      before.push(switching, `set -- "$1" "$2" "$(as ${place(user)})" "$@"`)
      ahead = 3
      checks.push(['case "$3" in */bin/sh*) ;; *) false; esac', '"$3"'])
    }
    let from = ''
    let to = ''
    let enter = ''
    if (stdinLength === 0) to = ' </dev/null'
    else if (stdinLength !== null) {
      from = `head -c ${place(String(stdinLength))} 3>&- | `
      checks.push(['[ "$(echo ab | head -c 1)" = a ]', 'head'])
    }
    if (cwd !== undefined) {
      // No `cd -` and no search in CDPATH.
      const folder = place(cwd.startsWith('/') ? cwd : `./${cwd}`)
      checks.push([`(cd ${folder})`, 'cwd'])
      enter = `cd ${folder} && `
    }
    const setup = Object.entries(env).map(([name, value]) => `export ${place(`${name}=${value}`)}`)
    // What the shell itself says, such as `Killed`, is not the command's.
    const hush = stderr || tty
    const exec = this.#command[0]?.startsWith('-') ? 'exec --' : 'exec'
    setup.push(`shift ${args.length + ahead}`, `${exec} "$@"`)
    // The tool is the one that was found: a PATH in `env` is the command's.
    const start =
      user === undefined ? setup.join(' && ') : `exec $3 -c '${setup.join(' && ')}' sh "$@"`
    const run = `${from}(${enter}${start}${hush ? ' 2>&3 3>&-' : ''})${to}`
    const script = [
      firstLine,
      // With an empty action the command would ignore them, too.
      'trap : HUP INT QUIT TERM USR1 USR2',
      ...(hush ? ['exec 3>&2 2>/dev/null'] : []),
      ...before,
      ...checks.map(([check, problem]) => `if ! ${check}; then set -- "$1" "$2" ${problem}; else`),
      run,
      `set -- "$1" "$2" "$?"${'; fi'.repeat(checks.length)}`,
      printing,
      ...(stdout ? ['p "$1$2:$3:"'] : []),
      ...(stderr && !tty ? ['p "$1$2:$3:" >&3'] : []),
      ...(this.drains ? ['cat >/dev/null'] : []),
      'exit "$3"',
    ].join('\n')
    return ['sh', '-c', script, 'sh', ...args]
  }
}
