import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Exit, RemoteProcess, TerminalExit } from '../index.ts'
import { attachTerminal, ExecError } from '../index.ts'
import type { Interruption } from './interruption.ts'
import { StreamError } from './report.ts'

/**
 * Milliseconds without output after which a command is taken to wait for an end of its stdin that it cannot be told:
 * one that ends by itself has had its time, and a script does not hang.
 */
const patience = 10_000

/** Connects a process to this one's streams until it has ended and all of its output is written. */
export async function connectStreams(
  remote: RemoteProcess,
  interruption: Interruption,
): Promise<Exit> {
  const outputs = [
    forward(remote.stdout, process.stdout, interruption),
    forward(remote.stderr, process.stderr, interruption),
  ]
  let stopWaiting = () => {}
  if (remote.stdin !== null) {
    const { stdin } = remote
    process.stdin.pipe(stdin)
    process.stdin.on('error', ({ message }) => {
      interruption.streamFailed(new StreamError(`stdin could not be read: ${message}`))
    })
    stdin.on('error', (error) => {
      const fail = () => interruption.fail(error)
      // Up to Kubernetes 1.29, and it is no failure of the session.
      const cannotEnd = error instanceof ExecError && error.code === 'ERR_STDIN_CANNOT_END'
      if (cannotEnd) stopWaiting = afterSilence(remote, fail)
      else fail()
    })
    stdin.on('close', () => process.stdin.destroy())
  }
  try {
    const exit = await remote.exit
    await Promise.all(outputs)
    return exit
  } finally {
    stopWaiting()
    await Promise.allSettled(outputs)
    // One that nobody asked for is not even opened.
    if (remote.stdin !== null) process.stdin.destroy()
  }
}

/** @returns what keeps it from calling back */
function afterSilence({ stdout, stderr }: RemoteProcess, callBack: () => void): () => void {
  const timer = setTimeout(() => {
    // Whoever reads here may take longer than the command.
    const held = process.stdout.writableNeedDrain || process.stderr.writableNeedDrain
    if (held) timer.refresh()
    else callBack()
  }, patience)
  for (const output of [stdout, stderr]) output?.on('data', () => timer.refresh())
  return () => clearTimeout(timer)
}

/** The same for a process that may have a terminal. */
export function connectTerminal(
  remote: RemoteProcess,
  interruption: Interruption,
  detachKeys?: string,
): Promise<TerminalExit> {
  for (const output of [process.stdout, process.stderr]) watchOutput(output, interruption)
  return attachTerminal(remote, { signal: interruption.signal, detachKeys })
}

/** Writes a stream out; how its source failed is told elsewhere. */
export async function forward(
  source: Readable | null,
  target: NodeJS.WriteStream,
  interruption: Interruption,
): Promise<void> {
  if (source === null) return
  watchOutput(target, interruption)
  // One that is not piped any more would never end.
  target.once('error', () => source.destroy())
  source.pipe(target, { end: false })
  await finished(source).catch(() => {})
}

/** Ends the program when its output cannot be written any more. */
export function watchOutput(target: NodeJS.WriteStream, interruption: Interruption): void {
  target.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') interruption.brokenPipe()
    else
      interruption.streamFailed(
        new StreamError(`the output could not be written: ${error.message}`),
      )
  })
}
