import { once } from 'node:events'
import { readSync } from 'node:fs'
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
  let output: Promise<void> | null = null
  const exited = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) =>
      resolve(signal === undefined || signal === 0 ? exitCode : 128 + signal),
    )
  })
  // The typings hide that it comes, and is taken, as bytes.
  const take = (data: string | Uint8Array): void => {
    if (server.stdout.write(data) || output !== null) return
    terminal.pause()
    output = once(server.stdout, 'drain', { signal: server.signal }).then(
      () => {
        output = null
        terminal.resume()
      },
      () => {},
    )
  }
  terminal.onData(take)
  readBeforeClosing(terminal, take)
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
  return pty.spawn(file, [...args], { name: 'xterm', env, cwd, encoding: null })
}

/** In bytes, more than the kernel holds for a terminal: what outlives the command may print for ever. */
const maxRest = 1024 * 1024

/**
 * Hands over what is still in the terminal when its socket closes. It may be much: node-pty closes it 200 ms after the
 * exit, read or not, and libuv sees an end in a hangup behind a short read, whatever the kernel still has to pass on.
 */
function readBeforeClosing(terminal: IPty, take: (data: Uint8Array) => void): void {
  const socket = socketOf(terminal)
  if (socket === undefined) return
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => {
    // It emits what was read.
    while (socket.read() !== null);
    for (const chunk of restOf((terminal as unknown as { _fd: number })._fd)) take(chunk)
    return destroy(error)
  }
}

function* restOf(descriptor: number): Generator<Uint8Array> {
  for (let total = 0; total < maxRest; ) {
    const chunk = Buffer.allocUnsafe(64 * 1024)
    const length = readOf(descriptor, chunk)
    if (length === 0) return
    yield chunk.subarray(0, length)
    total += length
  }
}

function readOf(descriptor: number, chunk: Uint8Array): number {
  try {
    return readSync(descriptor, chunk)
  } catch {
    return 0 // EAGAIN: nothing yet; EIO: nothing any more
  }
}

/** What node-pty reads by; not there on Windows. */
function socketOf(terminal: IPty): Socket | undefined {
  return (terminal as { _socket?: Socket })._socket
}
