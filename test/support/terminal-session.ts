import { OutputStream } from '../../src/process/output-stream.ts'
import { RemoteProcess } from '../../src/process/remote-process.ts'
import { Session } from '../../src/process/session.ts'
import type { StdinEnd } from '../../src/process/stdin-stream.ts'
import { StdinStream } from '../../src/process/stdin-stream.ts'
import type { TerminalOptions } from '../../src/process/terminal.ts'
import { attachTerminal } from '../../src/process/terminal.ts'
import { FakeSocket } from './fake-socket.ts'
import { FakeTerminal } from './fake-terminal.ts'

export interface Opening {
  readonly kind?: 'exec' | 'attach'
  readonly tty?: boolean
  readonly stdin?: StdinEnd | null
  readonly heartbeat?: { readonly interval: number; readonly deadline: number }
  readonly window?: number
  readonly slack?: number
}

export function open(opening: Opening = {}) {
  const { kind = 'exec', tty = true, stdin = tty ? 'terminal' : 'close' } = opening
  const { window = 1_000, slack = 100, heartbeat = false } = opening
  const socket = new FakeSocket(tty ? 'v4.channel.k8s.io' : 'v5.channel.k8s.io')
  const output = (channel: number) => new OutputStream(slack, () => session.release(channel))
  const streams = {
    stdin: stdin === null ? null : new StdinStream(socket, stdin, window),
    stdout: output(1),
    stderr: tty ? null : output(2),
  }
  const collected = () => ({ stdout: '', stderr: '' })
  const session: Session = new Session(socket, streams, { kind, heartbeat, collected })
  socket.listen(session)
  return { socket, remote: new RemoteProcess(session, streams, tty) }
}

export function start(opening: Opening = {}, options: TerminalOptions = {}) {
  const { socket, remote } = open(opening)
  const terminal = new FakeTerminal()
  const { stdin, stdout } = terminal
  return { socket, remote, terminal, end: attachTerminal(remote, { stdin, stdout, ...options }) }
}

export const payloads = (socket: FakeSocket, channel: number) =>
  socket.sent
    .filter((message) => message[0] === channel)
    .map((message) =>
      Buffer.from(message as Uint8Array)
        .subarray(1)
        .toString('latin1'),
    )
export const keys = (socket: FakeSocket) => payloads(socket, 0)
export const sizes = (socket: FakeSocket) =>
  payloads(socket, 4).map((text) => Object.values(JSON.parse(text)).join('x'))

export const success = { metadata: {}, status: 'Success' }

/** Names of the events that somebody listens to, beside those of the streams themselves. */
export const listeners = (terminal: FakeTerminal, fresh = new FakeTerminal()) =>
  (['stdin', 'stdout'] as const).flatMap((name) =>
    terminal[name]
      .eventNames()
      .filter((event) => terminal[name].listenerCount(event) !== fresh[name].listenerCount(event)),
  )
