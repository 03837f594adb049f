import type { Readable, Writable } from 'node:stream'
import { ConnectionLostError } from '../errors.ts'
import type { Subprotocol, TerminalSize } from '../protocol/index.ts'
import { validTerminalSize } from '../protocol/resize.ts'
import type { CommandSignals } from './command-signals.ts'
import type { OutputStream } from './output-stream.ts'
import type { Exit, Session } from './session.ts'
import type { StdinStream } from './stdin-stream.ts'
import { signalCommand } from './termination.ts'

export interface RemoteProcessStreams {
  readonly stdin: StdinStream | null
  readonly stdout: OutputStream | null
  readonly stderr: OutputStream | null
}

/**
 * A command that runs in a container, or with attach the container's own process, with its streams.
 *
 * An output stream that nobody reads holds back what exceeds its slack, and `exit` with it, as `node:child_process`
 * does: read it, `resume()` it, `destroy()` it, or do not ask for it.
 */
export class RemoteProcess implements AsyncDisposable {
  /** `null` unless it was asked for. */
  readonly stdin: Writable | null
  /** `null` when it was not asked for. */
  readonly stdout: Readable | null
  /** `null` when it was not asked for, and with a tty, which has one output only. */
  readonly stderr: Readable | null
  /**
   * How the command ended; settles once, after its last output was handed to the streams.
   * Rejects with an `ExecError` when that is not known, and with the reason of an abort.
   */
  readonly exit: Promise<Exit>
  /** Of an attach `exit` tells the session's end, not the process's: its `exitCode` is always `null`. */
  readonly kind: 'exec' | 'attach'
  /** Whether the process has a terminal. */
  readonly tty: boolean
  /** The subprotocol of the session. */
  readonly protocol: Subprotocol
  /** Whether `stdin.end()` reaches the command; false below v5 without a tty, where ending stdin is an error. */
  readonly canEndStdin: boolean
  readonly #session: Session
  readonly #stdin: StdinStream | null
  readonly #signals: CommandSignals | null
  #size: TerminalSize | null = null

  /** @internal */
  constructor(
    session: Session,
    { stdin, stdout, stderr }: RemoteProcessStreams,
    tty: boolean,
    signals: CommandSignals | null = null,
  ) {
    this.stdin = stdin
    this.stdout = stdout
    this.stderr = stderr
    this.exit = session.exit
    this.kind = session.kind
    this.tty = tty
    this.protocol = session.subprotocol
    this.canEndStdin = stdin?.canEnd ?? false
    this.#session = session
    this.#stdin = stdin
    this.#signals = signals
  }

  /** Bytes of stdin that the server has taken: the first hop's receipt, not the command's. */
  get stdinAcknowledged(): number {
    return this.#stdin?.window.acknowledged ?? 0
  }

  /** Whether the server has left a ping of the heartbeat unanswered for its interval, and sent nothing else either. */
  get isSilent(): boolean {
    return this.#session.isSilent
  }

  /**
   * Tells the terminal's new size; of several in a row the last one is sent.
   * @throws {TypeError | RangeError} not a size, or the session has no tty
   */
  resize(size: TerminalSize): void {
    if (!this.tty)
      throw new TypeError('resize() needs a session with a tty: spawn(…, { tty: true })')
    const valid = validTerminalSize(size)
    if (this.#size === null) {
      setImmediate(() => {
        if (this.#size !== null) this.#session.resize(this.#size)
        this.#size = null
      })
    }
    this.#size = { columns: valid.columns, rows: valid.rows }
  }

  /**
   * Sends a signal to the command and its children, through a session of its own; whether the command was running.
   * How it ends is told by `exit`.
   * @throws {TypeError | RangeError} there is no such signal, or the command runs without `verify`
   * @throws {PodwireError} it could not be sent
   */
  async kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
    if (this.#signals === null) {
      throw new TypeError('kill() needs a command that verifies: spawn(…, { verify: true })')
    }
    return signalCommand(this.#session, this.#signals, signal)
  }

  /**
   * Ends the session with a WebSocket close and resolves when the connection is gone, after a second at the latest.
   * The command is not killed; most runtimes let it run on. `exit` rejects unless the command had ended.
   */
  async close(): Promise<void> {
    this.#session.fail(
      new ConnectionLostError(
        'ERR_SESSION_CLOSED',
        'the session was closed before the command ended',
        {
          protocol: this.protocol,
          closeCode: 1000,
        },
      ),
    )
    await this.exit.catch(() => {})
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
