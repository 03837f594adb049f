import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { reset } from '../../src/testing/reset.ts'

/** What a link does when it breaks: TCP ends in order, by a reset, or nothing passes any more and nobody is told. */
export type Strike = 'end' | 'reset' | 'black hole'

export interface RelayOptions {
  /** Bytes of the server's, TLS included, behind which the link breaks. Default: only when `strike` is called. */
  readonly afterBytes?: number
  /** Breaks at the client's second flight, in which the TLS handshake ends and the request is sent. */
  readonly atRequest?: boolean
  readonly strike?: Strike
  /** Bytes per segment, towards the client. */
  readonly segment?: number
  /** Milliseconds each way. */
  readonly delay?: number
  /** Bytes per second each way. */
  readonly bandwidth?: number
}

/** A line of TCP to a server on this machine, that can be slow and that can break. */
export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions
  readonly #server
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  readonly #clients = new Set<Socket>()
  #dark = false
  #up = 0
  #down = 0
  #release: () => void = () => {}
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve
  })

  static async start(target: number, options: RelayOptions = {}): Promise<Relay> {
    const relay = new Relay(target, options)
    relay.#server.listen(0, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  private constructor(target: number, options: RelayOptions) {
    this.#target = target
    this.#options = options
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (client) =>
      this.#accept(client),
    )
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections that clients have not ended; surely only after `release`. */
  get connections(): number {
    return this.#clients.size
  }

  /** Bytes that were passed on to the server. */
  get up(): number {
    return this.#up
  }

  /** Bytes that were passed on to clients. */
  get down(): number {
    return this.#down
  }

  /** Breaks the link, for the connections that there are; a black hole swallows later ones, too. */
  strike(strike: Strike): void {
    if (strike === 'black hole') this.#dark = true
    for (const socket of this.#sockets) {
      if (strike === 'end') socket.destroySoon()
      else if (strike === 'reset') reset(socket)
    }
  }

  /** Resolves when nothing has come from the server for so long, and nothing waits to be read. */
  async quiet(milliseconds: number): Promise<void> {
    for (;;) {
      const before = this.#down
      await sleep(milliseconds)
      // A busy process runs its timers before it reads what came meanwhile.
      for (let i = 0; i < 3; i++) await turn()
      if (this.#down === before) return
    }
  }

  /** From now on nothing is passed on any more, but it is seen who has left. */
  release(): void {
    this.#dark = true
    this.#release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #accept(client: Socket): void {
    this.#track(client)
    this.#clients.add(client)
    client.on('error', () => {})
    client.on('close', () => this.#clients.delete(client))
    const { afterBytes, strike = 'reset' } = this.#options
    if (afterBytes === 0) this.strike(strike)
    if (this.#dark) {
      void this.#released.then(() => client.resume())
      return
    }
    if (client.destroyed || client.writableEnded) return
    const server = connect({ port: this.#target, host: '127.0.0.1', noDelay: true })
    this.#track(server)
    server.on('error', () => {})
    void this.#pump(client, server, 'up')
    void this.#pump(server, client, 'down')
  }

  async #pump(from: Socket, to: Socket, way: 'up' | 'down'): Promise<void> {
    const { delay, atRequest = false, strike = 'reset', afterBytes = Infinity } = this.#options
    let flights = 0
    let left = way === 'down' ? afterBytes : Infinity
    for await (const chunk of arrivals(from)) {
      if (this.#dark) {
        await this.#released
        continue
      }
      flights += 1
      if (way === 'up' && atRequest && flights === 2) {
        this.strike(strike)
        continue
      }
      if (delay !== undefined) await sleep(delay)
      const passed = chunk.subarray(0, left)
      left -= passed.length
      await this.#write(to, passed, way)
      if (way === 'down') this.#down += passed.length
      else this.#up += passed.length
      if (left > 0) continue
      await turn()
      this.strike(strike)
    }
    if (this.#dark) return
    // As the other side ended.
    if (from.errored === null) to.end()
    else if (!to.destroyed) reset(to)
  }

  async #write(to: Socket, chunk: Buffer, way: 'up' | 'down'): Promise<void> {
    const { segment, bandwidth } = this.#options
    const slice = bandwidth === undefined ? Infinity : Math.max(1, bandwidth / 50)
    const size = Math.min(slice, way === 'down' ? (segment ?? Infinity) : Infinity)
    for (let start = 0; start < chunk.length; start += size) {
      if (to.destroyed || this.#dark) return
      const hasRoom = to.write(chunk.subarray(start, start + size))
      if (bandwidth !== undefined) await sleep((1_000 * size) / bandwidth)
      else if (size < chunk.length) await turn()
      if (!hasRoom && !to.destroyed) await Promise.race([room(to), this.#released])
    }
  }
}

function room(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const proceed = () => {
      socket.off('drain', proceed).off('close', proceed)
      resolve()
    }
    socket.on('drain', proceed).on('close', proceed)
  })
}

const most = 256 * 1024

/** What comes in, also what came in front of a reset: a stream of Node's own drops that. */
async function* arrivals(socket: Socket): AsyncGenerator<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  let isOver = false
  let wake = () => {}
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > most) socket.pause()
    wake()
  })
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      isOver = true
      wake()
    })
  }
  socket.resume()
  for (;;) {
    const chunk = chunks.shift()
    if (chunk !== undefined) {
      bytes -= chunk.length
      if (bytes <= most) socket.resume()
      yield chunk
    } else if (isOver) {
      return
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
