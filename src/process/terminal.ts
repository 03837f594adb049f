import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ConnectionLostError } from '../errors.ts'
import { checkSignal, knownKeys } from '../option.ts'
import { DetachKeys, parseDetachKeys } from './detach-keys.ts'
import type { RawModeInput } from './raw-mode.ts'
import { RawMode } from './raw-mode.ts'
import type { RemoteProcess } from './remote-process.ts'
import type { Exit } from './session.ts'
import type { Sized } from './terminal-size.ts'
import { oneLarger, sizeOf } from './terminal-size.ts'

export interface TerminalOptions {
  /** What is typed. One that is not a terminal is handed over to its end. @default process.stdin */
  readonly stdin?: (Readable & RawModeInput) | undefined
  /** Its size is the terminal's, and its event `resize` tells of a new one. @default process.stdout */
  readonly stdout?: (Writable & Sized) | undefined
  /** Of a process without a tty, which has two outputs. @default process.stderr */
  readonly stderr?: Writable | undefined
  /** Ends the session, not the process; rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Typed one after the other, they end the session and leave the process alone. Docker's syntax: a comma between two,
   * each a character or `ctrl-` and a letter, `@`, `[`, `\`, `]`, `^` or `_`, such as `ctrl-p,ctrl-q`. @default none
   */
  readonly detachKeys?: string | undefined
}

/** How a session at a terminal ended. */
export interface TerminalExit extends Exit {
  /** By the detach keys, or by the end of the local stdin when the container's terminal was attached to. */
  readonly detached: boolean
}

const keys = ['stdin', 'stdout', 'stderr', 'signal', 'detachKeys']
const ctrlC = 0x03
/** Ctrl-C typed so often in a row ends a session whose server has fallen silent. */
const escapes = 3

/**
 * Connects the terminal of this program with a process, until its session ends: keys go over as they are typed (Ctrl-C,
 * too), and so does the terminal's size. Whatever ends it, the terminal is given back as it was: also when this program
 * exits, crashes, or gets SIGINT, SIGTERM or SIGHUP and does not handle it.
 *
 * With a heartbeat (see `connect`), Ctrl-C typed three times in a row ends a session whose server answers no pings.
 * @throws {TypeError | RangeError} bad options
 * @throws {ExecError} as `remote.exit`
 */
export async function attachTerminal(
  remote: RemoteProcess,
  options: TerminalOptions = {},
): Promise<TerminalExit> {
  knownKeys('attachTerminal', options, keys)
  checkSignal(options.signal)
  for (const key of ['stdin', 'stdout', 'stderr'] as const) {
    const stream: unknown = options[key]
    if (stream !== undefined && !isStream(stream)) throw new TypeError(`${key} must be a stream`)
  }
  if (typeof remote?.exit?.then !== 'function') {
    throw new TypeError('attachTerminal takes what spawn and attach promise: await it')
  }
  return new Terminal(remote, options).run()
}

function isStream(value: unknown): boolean {
  return typeof (value as Partial<Writable> | null)?.on === 'function'
}

class Terminal {
  readonly #remote: RemoteProcess
  readonly #options: TerminalOptions
  readonly #input: Readable & RawModeInput
  readonly #output: Writable & Sized
  readonly #detachKeys: DetachKeys
  /** How to leave everything as it was. */
  readonly #undo: (() => void)[] = []
  #interrupts = 0
  #detached = false
  #failure: { readonly reason: unknown } | null = null

  constructor(remote: RemoteProcess, options: TerminalOptions) {
    this.#remote = remote
    this.#options = options
    this.#input = options.stdin ?? process.stdin
    this.#output = options.stdout ?? process.stdout
    const { detachKeys } = options
    this.#detachKeys = new DetachKeys(detachKeys === undefined ? [] : parseDetachKeys(detachKeys))
  }

  async run(): Promise<TerminalExit> {
    try {
      const outputs = this.#open()
      const exit = await this.#remote.exit.catch(async (error) => {
        await Promise.all(outputs)
        return this.#endWith(error)
      })
      await Promise.all(outputs)
      if (this.#failure !== null && !this.#detached) throw this.#failure.reason
      return { ...exit, detached: this.#detached }
    } finally {
      for (const undo of this.#undo) undo()
    }
  }

  #open(): Promise<void>[] {
    const { stdout, stderr } = this.#remote
    const { signal } = this.#options
    const outputs = [
      this.#pour(stdout, this.#output),
      this.#pour(stderr, this.#options.stderr ?? process.stderr),
    ]
    if (signal !== undefined) {
      const abort = () => this.#fail(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      this.#undo.push(() => signal.removeEventListener('abort', abort))
      if (signal.aborted) abort()
    }
    if (this.#remote.tty) this.#followSize()
    if (this.#remote.stdin !== null) this.#feed(this.#remote.stdin)
    return outputs
  }

  async #pour(source: Readable | null, target: Writable): Promise<void> {
    if (source === null) return
    this.#listen(target, 'error', (error: Error) => this.#fail(error))
    source.pipe(target, { end: false })
    this.#undo.push(() => source.unpipe(target))
    // How the session failed is told by `exit`.
    await finished(source).catch(() => {})
  }

  #followSize(): void {
    const tell = () => {
      const size = sizeOf(this.#output)
      if (size !== null) this.#remote.resize(size)
    }
    const size = sizeOf(this.#output)
    if (size !== null && this.#remote.kind === 'attach') {
      this.#remote.resize(oneLarger(size))
      setImmediate(tell)
    } else {
      tell()
    }
    this.#listen(this.#output, 'resize', tell)
  }

  #feed(stdin: Writable): void {
    const input = this.#input
    const wasFlowing = input.readableFlowing === true
    // A terminal that is gone cannot change its mode, and says so by this event, also when it is to be given back.
    const failed = (error: Error) => this.#fail(error)
    input.on('error', failed)
    const raw = this.#remote.tty ? new RawMode(input) : null
    this.#undo.push(() => {
      raw?.leave()
      if (!wasFlowing) input.pause()
      input.off('error', failed)
    })
    // Any other is the session's own failure, and told by `exit`.
    this.#listen(stdin, 'error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_STDIN_CANNOT_END') failed(error)
    })
    this.#listen(stdin, 'drain', () => input.resume())
    this.#listen(input, 'end', () => this.#end(stdin))
    this.#listen(input, 'data', (chunk: Uint8Array | string) => this.#type(stdin, chunk))
    input.resume()
  }

  #type(stdin: Writable, chunk: Uint8Array | string): void {
    const typed = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    this.#watchInterrupts(typed)
    const { passed, detached } = this.#detachKeys.filter(typed)
    if (passed.length > 0 && !stdin.destroyed && !stdin.write(passed)) this.#input.pause()
    if (detached) this.#detach()
  }

  #end(stdin: Writable): void {
    if (stdin.destroyed) return
    stdin.write(this.#detachKeys.held)
    // The byte that tells the end to a terminal would end the container's own shell.
    if (this.#remote.kind === 'attach' && this.#remote.tty) this.#detach()
    else stdin.end()
  }

  #watchInterrupts(typed: Uint8Array): void {
    for (const byte of typed) this.#interrupts = byte === ctrlC ? this.#interrupts + 1 : 0
    if (this.#interrupts < escapes || !this.#remote.isSilent) return
    this.#fail(
      new ConnectionLostError(
        'ERR_CONNECTION_LOST',
        'the session was given up by Ctrl-C: the server sent nothing any more, not even answers to pings',
        { protocol: this.#remote.protocol, closeCode: 1006 },
      ),
    )
  }

  #detach(): void {
    this.#detached = true
    void this.#remote.close()
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason }
    void this.#remote.close()
    // What is left behind the end is not waited for either.
    this.#remote.stdout?.destroy()
    this.#remote.stderr?.destroy()
  }

  #endWith(error: unknown): Exit {
    if (this.#detached) return { exitCode: null, status: null, verified: false }
    throw this.#failure === null ? error : this.#failure.reason
  }

  #listen(emitter: NodeJS.EventEmitter, event: string, listener: (value: never) => void): void {
    const untyped = listener as (value: unknown) => void
    emitter.on(event, untyped)
    this.#undo.push(() => emitter.off(event, untyped))
  }
}
