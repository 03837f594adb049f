import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Which session has opened which socket. */
export class SocketOwners {
  readonly #session = new AsyncLocalStorage<number>()
  readonly #open = new Map<Socket, number>()
  readonly #note = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    const session = this.#session.getStore()
    if (session === undefined) return
    this.#open.set(socket, session)
    socket.on('close', () => this.#open.delete(socket))
  }

  constructor() {
    subscribe('net.client.socket', this.#note)
  }

  of<T>(session: number, run: () => T): T {
    return this.#session.run(session, run)
  }

  /** Of those that are open. */
  get count(): number {
    return this.#open.size
  }

  /** Who has opened them, and what became of them. */
  describe(): string {
    const sessions = [...this.#open].map(
      ([socket, session]) =>
        `of session ${session} (${socket.readyState}, ${socket.bytesWritten} bytes sent, ${socket.bytesRead} read)`,
    )
    return sessions.join(', ')
  }

  close(): void {
    unsubscribe('net.client.socket', this.#note)
  }
}
