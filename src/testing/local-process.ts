import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { findExecutable } from './executable.ts'
import { runInTerminal } from './local-terminal.ts'
import { killGroup } from './process-group.ts'
import type { ProcessHandler, ServerProcess } from './server-process.ts'

/** What a local process gets beside its command. */
export interface LocalProcessOptions {
  /** Added to the environment of the test's own process. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/**
 * A handler that runs the command as a process of this machine.
 * @param running holds each process until it has ended
 */
export function localProcess(
  options: LocalProcessOptions,
  running: Set<Promise<unknown>>,
): ProcessHandler {
  const env = { ...process.env, ...options.env }
  const cwd = options.cwd ?? process.cwd()
  return async (server) => {
    const [name = '', ...args] = server.command
    const file = findExecutable(name, env, cwd)
    const ended = server.tty
      ? runInTerminal(server, { file, args, env, cwd })
      : runPiped(server, { file, argv0: name, args, env, cwd })
    running.add(ended)
    return ended.finally(() => running.delete(ended))
  }
}

interface Command {
  readonly file: string
  readonly argv0: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

function runPiped(server: ServerProcess, command: Command): Promise<number> {
  const { file, argv0, args, env, cwd } = command
  return new Promise((resolve, reject) => {
    // Its own session, as in a container; so the whole group can be killed.
    const child = spawn(file, [...args], { argv0, env, cwd, detached: true })
    const kill = (): void => {
      killGroup(child.pid)
      // A descendant with a session of its own may hold them open.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    server.signal.addEventListener('abort', kill, { once: true })
    if (server.signal.aborted) kill()
    // EPIPE of a process that does not read to the end.
    child.stdin.on('error', () => {})
    child.on('exit', () => server.stdin.destroy())
    server.stdin.pipe(child.stdin)
    child.stdout.pipe(server.stdout, { end: false })
    child.stderr.pipe(server.stderr, { end: false })
    child.on('error', (error) => {
      server.signal.removeEventListener('abort', kill)
      reject(error)
    })
    // After the streams have ended, which a background child may delay: containerd waits in the same way.
    child.on('close', (code, signal) => {
      server.signal.removeEventListener('abort', kill)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
