import type { Socket } from './socket.ts'

export interface HeartbeatOptions {
  /** Milliseconds between two pings. */
  readonly interval: number
  /** Milliseconds without a single byte from the server after which the connection counts as lost. */
  readonly deadline: number
}

/** What the heartbeat asks its session. */
export interface HeartbeatSession {
  /** Whether silence means nothing now: we do not read, or the server is busy taking our stdin. */
  silenceIsExpected(): boolean
  /** `null`: we do not read, so that nobody would see the answer. */
  pingPayload(): string | null
}

/**
 * Watches an open socket for signs of life, and asks for one after each interval without.
 *
 * Nothing is asked while we do not read, or as long as there is something to read: a server that has said everything
 * and closed would answer with a TCP reset, and what is still on its way would be lost.
 *
 * Time is counted in intervals and not by the clock, so that a blocked event loop or a sleeping laptop does not make a
 * healthy connection look dead. While silence is expected, the server is asked on a connection of its own, once per
 * deadline: a server that does not answer there either, until the next time, is lost.
 */
export class Heartbeat {
  readonly #socket: Socket
  readonly #session: HeartbeatSession
  readonly #options: HeartbeatOptions
  readonly #timer: NodeJS.Timeout
  #bytesRead: number
  #silent = 0
  #expected = 0
  /** Whether there was a ping since the last sign of life. */
  #asked = false
  /** Ends the probe that is on its way. */
  #probing: AbortController | null = null
  #stopped = false

  constructor(socket: Socket, session: HeartbeatSession, options: HeartbeatOptions) {
    this.#socket = socket
    this.#session = session
    this.#options = options
    this.#bytesRead = socket.bytesRead
    // Behind a busy time a timer runs before what has come meanwhile is read, and only then is it seen.
    this.#timer = setInterval(() => setImmediate(() => this.#beat()), options.interval)
  }

  /** Whether nothing has come since the last ping but one. */
  get isSilent(): boolean {
    const { interval } = this.#options
    return this.#silent + this.#expected > interval && this.#socket.bytesRead === this.#bytesRead
  }

  /** Ends a probe as well. */
  stop(): void {
    this.#stopped = true
    this.#endProbe()
    clearInterval(this.#timer)
  }

  #beat(): void {
    if (this.#stopped) return
    const { interval, deadline } = this.#options
    const { bytesRead } = this.#socket
    if (bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead
      this.#silent = 0
      this.#expected = 0
      this.#asked = false
      this.#endProbe()
      // The next beat would be too late for an answer otherwise.
      if (deadline >= 2 * interval) return
    } else if (this.#session.silenceIsExpected()) {
      this.#silent = 0
      this.#expected += interval
      if (this.#expected >= deadline) {
        this.#expected = 0
        if (this.#probing !== null) {
          this.#loseServer()
          return
        }
        void this.#probe()
      }
    } else {
      this.#expected = 0
      this.#silent += interval
      if (this.#silent >= deadline && this.#asked) {
        this.#lose(`the server sent nothing for ${deadline} ms, not even answers to pings`)
        return
      }
    }
    const payload = this.#session.pingPayload()
    if (payload === null) return
    this.#asked = true
    this.#socket.ping(payload)
  }

  async #probe(): Promise<void> {
    const { bytesRead } = this.#socket
    const probing = new AbortController()
    this.#probing = probing
    const answers = await this.#socket.probe(probing.signal)
    if (probing.signal.aborted) return
    this.#probing = null
    // Meanwhile this connection may have shown signs of life itself.
    if (!answers && this.#socket.bytesRead === bytesRead) this.#loseServer()
  }

  #endProbe(): void {
    this.#probing?.abort()
    this.#probing = null
  }

  #loseServer(): void {
    this.#lose('the server sent nothing, and does not answer on a new connection either')
  }

  #lose(why: string): void {
    this.stop()
    this.#socket.terminate(new Error(why))
  }
}
