import type { Message, Status, Subprotocol } from '../../src/protocol/index.ts'
import { Channel, encodeFrame } from '../../src/protocol/index.ts'
import type { Probe, Socket, SocketEnd, SocketEvents } from '../../src/transport/socket.ts'

/** A socket without a network: the test is the server. What comes while it is paused waits, as it does in the kernel. */
export class FakeSocket implements Socket {
  readonly subprotocol: Subprotocol
  bytesRead = 0
  backlog = 0
  /** Everything sent, in order. */
  readonly sent: Message[] = []
  readonly pings: string[] = []
  paused = false
  /** How often `close` and `terminate` were called. */
  closes = 0
  terminations = 0
  /** What `probe` answers, and how often it was asked. */
  answers = true
  probes = 0
  /** Whether `close()` is answered at once. */
  answersClose = true
  #events: SocketEvents | null = null
  #waiting: (() => void)[] = []
  #ended = false

  constructor(subprotocol: Subprotocol = 'v5.channel.k8s.io') {
    this.subprotocol = subprotocol
  }

  listen(events: SocketEvents): void {
    this.#events = events
  }

  /** The server sends a message. */
  receive(message: Message): void {
    this.#arrive(() => {
      this.bytesRead += message.length + 2
      this.#events?.message(message)
    })
  }

  output(channel: number, payload: string | Uint8Array): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    this.receive(encodeFrame(channel, bytes, this.subprotocol))
  }

  status(status: Status): void {
    this.output(Channel.Status, JSON.stringify(status))
  }

  exit(exitCode: number): void {
    this.status(exitCode === 0 ? success : nonZero(exitCode))
  }

  pong(payload: string): void {
    this.#arrive(() => {
      this.bytesRead += payload.length + 2
      this.#events?.pong(payload)
    })
  }

  /** Answers the last ping, as a server does that has read everything. */
  acknowledge(): void {
    this.pong(this.pings.at(-1) ?? '')
  }

  /** What was sent leaves the process. */
  drain(): void {
    this.backlog = 0
    this.#events?.drain?.()
  }

  /** A write has failed: nothing is taken any more. */
  break(): void {
    this.backlog = Infinity
    this.#events?.broken?.()
  }

  /** The connection ends. */
  end(end: Partial<SocketEnd> = {}): void {
    this.#arrive(() => this.#finish({ code: 1000, reason: '', cause: null, ...end }))
  }

  /** The connection is cut, whatever was on its way. */
  die(cause: Error | null = null): void {
    this.#waiting = []
    this.#finish({ code: 1006, reason: '', cause })
  }

  send(message: Message): void {
    if (this.closes === 0 && !this.#ended) this.sent.push(message)
  }

  ping(payload: string): void {
    if (this.closes === 0 && !this.#ended) this.pings.push(payload)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    while (!this.paused) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      next()
    }
  }

  close(): void {
    this.closes += 1
    this.backlog = Infinity
    this.resume()
    if (this.answersClose) this.end()
  }

  terminate(cause?: Error): void {
    this.terminations += 1
    this.die(cause ?? null)
  }

  async probe(..._asked: Parameters<Probe>): Promise<boolean> {
    this.probes += 1
    return this.answers
  }

  #arrive(event: () => void): void {
    if (this.#ended) return
    if (this.paused || this.#waiting.length > 0) this.#waiting.push(event)
    else event()
  }

  #finish(end: SocketEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.backlog = Infinity
    this.#waiting = []
    this.#events?.end(end)
  }
}

export const success: Status = { metadata: {}, status: 'Success' }

export function nonZero(exitCode: number): Status {
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: error executing command [x], exit code ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}
