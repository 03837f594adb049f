import type { CommandSignals } from './command-signals.ts'
import { validSignal } from './command-signals.ts'
import type { Session } from './session.ts'

/**
 * What an abort or a timeout does to the command: nothing, SIGTERM and after a grace time SIGKILL, or SIGKILL at once.
 */
export type OnAbort = 'leave' | 'terminate' | 'kill'

/** Milliseconds between SIGTERM and SIGKILL. */
const grace = 5_000

/** Milliseconds for a killed command's end to arrive. */
const killGrace = 2_000

/** A session may be open before its command runs: how often the command is looked for again, and after what pause. */
const startRetries = 8
const startPause = 250

/**
 * Ends a session that is not wanted any more, whose `exit` then rejects with the reason, and its command first, when
 * that was asked for: the session stays until its end has arrived, or cannot be brought about.
 */
export async function abandon(
  session: Session,
  reason: unknown,
  onAbort: OnAbort = 'leave',
  signals: CommandSignals | null = null,
): Promise<void> {
  if (onAbort !== 'leave' && signals !== null && !session.isOver) {
    session.abort(reason)
    // What cannot be sent changes nothing: the exit code stays unknown, which says as much.
    if (onAbort === 'terminate') {
      await signalCommand(session, signals, 'SIGTERM').catch(() => false)
      await endOf(session, grace)
    }
    if (!session.isOver) {
      await signalCommand(session, signals, 'SIGKILL').catch(() => false)
      await endOf(session, killGrace)
    }
  }
  session.fail(reason)
}

/**
 * Sends a signal to a session's command; whether that was running.
 * @throws {RangeError} there is no such signal
 * @throws {PodwireError} it could not be sent
 */
export async function signalCommand(
  session: Session,
  signals: CommandSignals,
  signal: string,
): Promise<boolean> {
  validSignal(signal)
  for (let retries = startRetries; !session.isOver; retries -= 1) {
    if (await signals.send(signal)) return true
    if (retries === 0) break
    await endOf(session, startPause)
  }
  return false
}

/** Resolves when the session has ended, or the time is over. */
async function endOf(session: Session, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  const end = session.exit.then(
    () => {},
    () => {},
  )
  await Promise.race([end, timeout])
  clearTimeout(timer)
}
