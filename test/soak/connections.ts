import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

interface Connection {
  readonly socket: Socket
  readonly side: 'client' | 'server' | 'relay'
  readonly session: number | undefined
}

/** Every TCP socket of this process that is open, whoever has opened it. */
export class Connections {
  readonly #serverPort: number
  readonly #session = new AsyncLocalStorage<number>()
  readonly #open = new Set<Connection>()
  /** By the port from which a connection was made. */
  readonly #sessions = new Map<number, number>()
  readonly #connect = Socket.prototype.connect
  readonly #accepted = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    this.#add(socket, socket.localPort === this.#serverPort ? 'server' : 'relay')
  }

  constructor(serverPort: number) {
    this.#serverPort = serverPort
    subscribe('net.server.socket', this.#accepted)
    const connect = this.#connect as (this: Socket, ...options: unknown[]) => Socket
    // A relay knows nothing of TLS, and the client nothing else.
    const add = (socket: Socket) =>
      this.#add(socket, socket instanceof TLSSocket ? 'client' : 'relay')
    // Node's channel `net.client.socket` does not tell of sockets of TLS.
    Socket.prototype.connect = function (this: Socket, ...options: unknown[]) {
      add(this)
      return connect.apply(this, options)
    } as typeof Socket.prototype.connect
  }

  close(): void {
    unsubscribe('net.server.socket', this.#accepted)
    Socket.prototype.connect = this.#connect
  }

  /** What is opened in there, however indirectly, is this session's. */
  of<T>(session: number, run: () => T): T {
    return this.#session.run(session, run)
  }

  /** Of those that are open. */
  get count(): number {
    return this.#open.size
  }

  /** A line for each: whose it is and what has become of it. */
  describe(): string[] {
    return [...this.#open].map((connection) => this.#describe(connection))
  }

  #add(socket: Socket, side: Connection['side']): void {
    const session = this.#session.getStore()
    const connection = { socket, side, session }
    this.#open.add(connection)
    socket.once('close', () => this.#open.delete(connection))
    socket.once('connect', () => {
      if (session !== undefined) this.#sessions.set(socket.localPort as number, session)
    })
  }

  #describe({ socket, side, session }: Connection): string {
    const whose = session ?? this.#sessions.get(socket.remotePort ?? 0) ?? 'unknown'
    const state = Object.entries({
      destroyed: socket.destroyed,
      connecting: socket.connecting,
      paused: socket.isPaused(),
      'read to its end': socket.readableEnded,
      ended: socket.writableEnded,
      finished: socket.writableFinished,
    })
    const is = state.filter(([, so]) => so).map(([word]) => word)
    const ports = `${socket.localPort ?? '?'} to ${socket.remotePort ?? '?'}`
    const bytes = `${socket.bytesRead} bytes read, ${socket.readableLength} more there, ${socket.bytesWritten} written, ${socket.writableLength} still to be`
    const failure = socket.errored === null ? '' : `; ${socket.errored.message}`
    return `a socket of the ${side}, session ${whose}, port ${ports}: ${is.join(', ') || 'open'}; ${bytes}${failure}`
  }
}
