/** Bytes of stdin between two pings; with the default window this costs no throughput on real clusters. */
const pingEvery = 128 * 1024

/**
 * How much stdin may be on its way: each ping carries the number of bytes sent before it, and its pong is the first
 * hop's receipt for them.
 *
 * It bounds memory on both sides, tells the progress, and keeps the reset that follows an early exit from taking
 * output along that the client has not read yet.
 */
export class CreditWindow {
  readonly #window: number
  readonly #pingEvery: number
  readonly #ping: (payload: string) => void
  #sent = 0
  #pinged = 0
  #acknowledged = 0
  #answered = false
  #lifted = false

  /** @param window bytes that may be unacknowledged */
  constructor(window: number, ping: (payload: string) => void) {
    this.#window = window
    this.#pingEvery = Math.min(pingEvery, Math.ceil(window / 4))
    this.#ping = ping
  }

  /** Bytes that the first hop has taken; not necessarily the process. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  get unacknowledged(): number {
    return this.#sent - this.#acknowledged
  }

  /** Bytes that may be sent now. */
  get credit(): number {
    return this.#lifted ? Infinity : this.#window - this.unacknowledged
  }

  /** Whether the peer answers pings at all. */
  get answered(): boolean {
    return this.#answered
  }

  /** Sends the ping that shows it, before there is anything to wait for. */
  open(): void {
    this.#ping(this.pingPayload)
  }

  /** Waits for no receipts any more, until one comes. */
  lift(): void {
    this.#lifted = true
  }

  /** The payload that makes any ping a receipt. */
  get pingPayload(): string {
    this.#pinged = this.#sent
    return String(this.#sent)
  }

  sent(bytes: number): void {
    this.#sent += bytes
    if (this.#sent - this.#pinged >= this.#pingEvery || this.credit <= 0) this.ask()
  }

  /** Asks for a receipt of everything sent so far. */
  ask(): void {
    if (this.#pinged < this.#sent) this.#ping(this.pingPayload)
  }

  /** Takes a pong; whether it is a receipt for more than was known. Anything but an answer to a ping of ours is ignored. */
  pong(payload: string): boolean {
    if (!/^\d{1,16}$/.test(payload)) return false
    const bytes = Number(payload)
    if (bytes > this.#pinged) return false
    this.#answered = true
    this.#lifted = false
    if (bytes <= this.#acknowledged) return false
    this.#acknowledged = bytes
    return true
  }
}
