/** Bytes of stdin between two pings; this costs no throughput on real clusters. */
const pingEvery = 128 * 1024

const mebibyte = 1024 * 1024

/** The window, in bytes, when none was asked for: enough nearby, and small enough for an early exit to lose little. */
const least = mebibyte

/** How far it grows on a long way, where the least would mean waiting for receipts: 320 MB/s are not held back. */
const most = 16 * mebibyte
const bytesPerMillisecond = 320_000

/**
 * How much stdin may be on its way: each ping carries the number of bytes sent before it, and its pong is the first
 * hop's receipt for them.
 *
 * It bounds memory on both sides, tells the progress, and keeps the reset that follows an early exit from taking
 * output along that the client has not read yet.
 */
export class CreditWindow {
  readonly #window: number | undefined
  readonly #pingEvery: number
  readonly #ping: (payload: string) => void
  #sent = 0
  #pinged = 0
  #acknowledged = 0
  #answered = false
  #lifted = false
  #opened = 0
  #growth = 0

  /** @param window bytes that may be unacknowledged; default: as many as the way to the server needs */
  constructor(window: number | undefined, ping: (payload: string) => void) {
    this.#window = window
    this.#pingEvery = Math.min(pingEvery, Math.ceil((window ?? least) / 4))
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
    return this.#lifted ? Infinity : this.#limit - this.unacknowledged
  }

  /** A command that soon exits has not taken much: the window grows by what was taken only. */
  get #limit(): number {
    return this.#window ?? least + Math.min(this.#growth, this.#acknowledged)
  }

  /** Whether the peer answers pings at all. */
  get answered(): boolean {
    return this.#answered
  }

  /** Sends the ping that shows it, and how far away the peer is, before there is anything to wait for. */
  open(): void {
    this.#opened = performance.now()
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
    if (!this.#answered) this.#measure()
    this.#lifted = false
    if (bytes <= this.#acknowledged) return false
    this.#acknowledged = bytes
    return true
  }

  #measure(): void {
    this.#answered = true
    const roundTrip = performance.now() - this.#opened
    // Whole bytes: of a part of one nothing can be sent.
    this.#growth = Math.min(most - least, Math.floor(roundTrip * bytesPerMillisecond))
  }
}
