import { Channel, supportsClose } from '../protocol/index.ts'
import { onAbort } from '../transport/abort-listener.ts'
import type { Socket } from '../transport/socket.ts'
import type { Wrapped } from './command-signals.ts'
import type { SessionCallOptions, SessionDefaults, SpawnOptions } from './options.ts'
import { OutputStream } from './output-stream.ts'
import { RemoteProcess } from './remote-process.ts'
import type { SessionStreams } from './session.ts'
import { Session } from './session.ts'
import type { StdinEnd } from './stdin-stream.ts'
import { StdinStream } from './stdin-stream.ts'
import { oneLarger } from './terminal-size.ts'
import { abandon } from './termination.ts'
import { Verification } from './verification.ts'

/** Opens the socket and hands it over before the event loop turns. */
export type Opener = (
  accept: (socket: Socket) => Session,
  signal: AbortSignal | undefined,
) => Promise<Session>

/** How stdin ends over this socket. */
export function stdinEnd(socket: Socket, tty: boolean): StdinEnd {
  if (tty) return 'terminal'
  return supportsClose(socket.subprotocol) ? 'close' : 'impossible'
}

export function stdinStream(
  socket: Socket,
  end: StdinEnd,
  { stdinWindow }: SessionCallOptions,
  defaults: SessionDefaults,
): StdinStream {
  const { heartbeat } = defaults
  const patience = heartbeat === false ? undefined : heartbeat.deadline
  return new StdinStream(socket, end, stdinWindow ?? defaults.stdinWindow, patience)
}

/**
 * Opens a session whose streams are the caller's to read and write.
 * @param wrapped what the command runs in, if anything
 */
export async function openProcess(
  open: Opener,
  kind: 'exec' | 'attach',
  options: SpawnOptions,
  defaults: SessionDefaults,
  wrapped: Wrapped | null = null,
): Promise<RemoteProcess> {
  const { signal } = options
  const tty = options.tty !== undefined && options.tty !== false
  let process: RemoteProcess | undefined
  const accept = (socket: Socket): Session => {
    const output = (channel: number) =>
      new OutputStream(defaults.outputSlack, () => session.release(channel))
    const streams = {
      stdin:
        options.stdin === true
          ? stdinStream(socket, stdinEnd(socket, tty), options, defaults)
          : null,
      stdout: options.stdout === false ? null : output(Channel.Stdout),
      stderr: options.stderr === false || tty ? null : output(Channel.Stderr),
    }
    const verification = wrapped === null ? null : new Verification(wrapped.wrapper)
    const session: Session = new Session(socket, guarded(streams, verification), {
      kind,
      verification,
      heartbeat: defaults.heartbeat,
      // The streams hold the output; there is none to repeat in an error.
      collected: () => ({ stdout: '', stderr: '' }),
    })
    process = new RemoteProcess(session, streams, tty, wrapped?.signals ?? null)
    if (typeof options.tty === 'object') {
      if (kind === 'attach') session.resize(oneLarger(options.tty))
      session.resize(options.tty)
    }
    return session
  }
  const session = await open(accept, signal)
  if (signal !== undefined) {
    const abort = () => void abandon(session, signal.reason, options.onAbort, wrapped?.signals)
    session.onEnd(onAbort(signal, abort))
    if (signal.aborted) abort()
  }
  return process as RemoteProcess
}

/** The streams with the marker taken out of the output. */
export function guarded(
  streams: SessionStreams,
  verification: Verification | null,
): SessionStreams {
  if (verification === null) return streams
  const { stdin, stdout, stderr } = streams
  return {
    stdin,
    stdout: stdout && verification.guard(stdout),
    stderr: stderr && verification.guard(stderr),
  }
}
