import { Writable } from 'node:stream'
import { throwApart } from '../callback.ts'
import { ExecError } from '../errors.ts'
import type { Subprotocol } from '../protocol/index.ts'
import { Channel, encodeClose, encodeFrame, maxStdinPayload } from '../protocol/index.ts'
import type { Socket } from '../transport/socket.ts'
import { CreditWindow } from './credit-window.ts'

/**
 * How the end of stdin is told: a CLOSE message, the terminal's end-of-transmission character, beforehand to a wrapper
 * that counts the bytes, or not at all.
 */
export type StdinEnd = 'close' | 'terminal' | 'counted' | 'impossible'

/** The most that waits in this process, in bytes, where the window would allow more. */
const maxBacklog = 512 * 1024

const endOfTransmission = Uint8Array.of(0x04)

type Callback = (error?: Error | null) => void

/** The command's stdin as a Node stream: messages of at most 32 KiB under a credit window. */
export class StdinStream extends Writable {
  readonly #socket: Socket
  readonly #subprotocol: Subprotocol
  readonly #end: StdinEnd
  readonly #window: CreditWindow
  readonly #patience: NodeJS.Timeout
  /** What to go on with when a receipt has come. */
  #waiting: (() => void) | null = null
  #callback: Callback | null = null
  #closed = false
  #released = false
  /** Whether all that was written has been sent, and the end was told, as far as that is possible. */
  #isDone = false
  #onAbandon: (error: Error) => void = () => {}

  /**
   * @param window bytes that may be unacknowledged; default: as many as the way to the server needs
   * @param patience milliseconds after which a peer that has answered no ping is taken for one that never will
   */
  constructor(socket: Socket, end: StdinEnd, window?: number, patience = 30_000) {
    super()
    this.#socket = socket
    this.#subprotocol = socket.subprotocol
    this.#end = end
    this.#window = new CreditWindow(window, (payload) => socket.ping(payload))
    this.#window.open()
    this.#patience = setTimeout(() => {
      this.#window.lift()
      this.#goOn()
    }, patience)
    // A failed session must not bring the program down because nobody listens here.
    this.on('error', () => {})
  }

  get canEnd(): boolean {
    return this.#end !== 'impossible'
  }

  get window(): CreditWindow {
    return this.#window
  }

  /** Calls back when the writer gives up before the end, as a `pipeline` does whose source has failed. */
  onAbandon(callback: (error: Error) => void): void {
    this.#onAbandon = callback
  }

  pong(payload: string): void {
    if (this.#window.pong(payload)) this.#goOn()
    if (this.#window.answered) clearTimeout(this.#patience)
  }

  /** What was sent has left this process. */
  drain(): void {
    this.#goOn()
  }

  /** The command has ended: what is still to be written is discarded, and whoever pipes into this stream is released. */
  release(): void {
    this.#released = true
    this.destroy()
  }

  /**
   * The command has ended, and its wrapper reads on: nothing more is written and stdin ends here. False: nothing but the
   * session's end can tell the wrapper.
   */
  cutShort(): boolean {
    if (this.#end === 'close') this.#close()
    this.release()
    return this.#end === 'close' || this.#end === 'terminal'
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#callback = callback
    this.#sendFrom(chunk, 0)
  }

  override _final(callback: Callback): void {
    this.#isDone = true
    if (this.#end === 'impossible') {
      callback(
        new ExecError(
          'ERR_STDIN_CANNOT_END',
          `stdin cannot be ended over ${this.#subprotocol}: the server has no v5.channel.k8s.io (Kubernetes 1.29 or older), or another subprotocol was asked for`,
          { protocol: this.#subprotocol },
        ),
      )
      return
    }
    this.#tellEnd()
    this.#window.ask()
    callback()
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.#waiting = null
    clearTimeout(this.#patience)
    const abandoned = !this.#released && !this.#isDone
    if (abandoned && error !== null) this.#onAbandon(error)
    // As closing the pipe of a child process would.
    else if (abandoned) this.#tellEnd()
    this.#proceed(error)
    callback(error)
  }

  #tellEnd(): void {
    if (this.#end === 'close') this.#close()
    else if (this.#end === 'terminal') this.#sendFrame(endOfTransmission)
  }

  #close(): void {
    if (!this.#closed) this.#socket.send(encodeClose(Channel.Stdin))
    this.#closed = true
  }

  #sendFrom(chunk: Uint8Array, start: number): void {
    let offset = start
    while (offset < chunk.length) {
      const { credit } = this.#window
      if (credit <= 0 || this.#socket.backlog >= maxBacklog) {
        const from = offset
        this.#waiting = () => this.#sendFrom(chunk, from)
        return
      }
      const length = Math.min(maxStdinPayload, credit, chunk.length - offset)
      this.#sendFrame(chunk.subarray(offset, offset + length))
      offset += length
    }
    this.#proceed()
  }

  #goOn(): void {
    const proceed = this.#waiting
    this.#waiting = null
    proceed?.()
  }

  #sendFrame(payload: Uint8Array): void {
    this.#socket.send(encodeFrame(Channel.Stdin, payload, this.#subprotocol))
    this.#window.sent(payload.length)
  }

  #proceed(error: Error | null = null): void {
    const callback = this.#callback
    this.#callback = null
    try {
      callback?.(error)
    } catch (thrown) {
      throwApart(thrown)
    }
  }
}
