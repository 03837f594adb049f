import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { IPty } from '@lydell/node-pty'
import { RuntimeError } from './executable.ts'
import { killGroup } from './process-group.ts'
import type { ServerProcess } from './server-process.ts'

interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/**
 * Runs a command on a pseudoterminal.
 * @throws {RuntimeError} `@lydell/node-pty` is not installed
 */
export async function runInTerminal(server: ServerProcess, command: Command): Promise<number> {
  const terminal = await open(command)
  let output = Promise.resolve()
  const exited = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) =>
      resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal),
    )
  })
  terminal.onData((data) => {
    if (server.stdout.write(data)) return
    terminal.pause()
    output = once(server.stdout, 'drain', { signal: server.signal }).then(
      () => terminal.resume(),
      () => {},
    )
  })
  const kill = (): void => killGroup(terminal.pid)
  server.signal.addEventListener('abort', kill, { once: true })
  if (server.signal.aborted) kill()
  let running = true
  void (async () => {
    for await (const { columns, rows } of server.sizes) {
      // Its file descriptor is closed before its exit is told, and may already be somebody else's.
      if (running && !socketOf(terminal)?.destroyed) terminal.resize(columns, rows)
    }
  })()
  // Written as strings of single-byte characters would be re-encoded: the typings hide that bytes are taken too.
  const write = terminal.write.bind(terminal) as unknown as (data: Buffer) => void
  server.stdin.on('data', (data: Buffer) => write(data))
  const exitCode = await exited
  running = false
  server.signal.removeEventListener('abort', kill)
  await output
  return exitCode
}

async function open({ file, args, env, cwd }: Command): Promise<IPty> {
  const pty = await import('@lydell/node-pty').catch(() => null)
  if (pty === null) {
    throw new RuntimeError(
      'the test server runs a command on a terminal only with the package @lydell/node-pty installed',
    )
  }
  const terminal = pty.spawn(file, [...args], { name: 'xterm', env, cwd, encoding: null })
  readBeforeDestroying(terminal)
  return terminal
}

/**
 * 200 ms after the exit node-pty gives up on output that has not come, by a timer: in a process that was busy meanwhile
 * it strikes before anything was read. So it waits until there has been a chance to.
 */
function readBeforeDestroying(terminal: IPty): void {
  const socket = socketOf(terminal)
  if (socket === undefined) return
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => {
    setImmediate(() => setImmediate(() => destroy(error)))
    return socket
  }
}

/** What node-pty reads by; not there on Windows. */
function socketOf(terminal: IPty): Socket | undefined {
  return (terminal as { _socket?: Socket })._socket
}
