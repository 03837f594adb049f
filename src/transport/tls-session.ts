import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { TLSSocket } from 'node:tls'
import type { Target } from './target.ts'
import { addressOf } from './target.ts'

/** Milliseconds for which a session is good: a server that resumes one does not show its certificate again. */
const maxAge = 10 * 60_000

interface KeptSession {
  readonly address: string
  readonly session: Buffer
  readonly since: number
}

/**
 * The last TLS session of each configuration with each client certificate: those have a context each, and so a session
 * is never offered with other ones, nor for other authorities or another name.
 */
const kept = new WeakMap<SecureContext, KeptSession>()

/** The option of `tls.connect` that resumes a session with this server, when there is one. A refusal costs nothing. */
export function resumption(context: SecureContext, target: Target): { readonly session?: Buffer } {
  const last = kept.get(context)
  const isGood = last?.address === addressOf(target) && Date.now() - last.since < maxAge
  return isGood ? { session: last.session } : {}
}

/** Keeps the session of a connection on which the server has answered: its ticket was in front of that. */
export function keepSession(context: SecureContext, target: Target, connection: Duplex): void {
  if (!(connection instanceof TLSSocket)) return
  const session = connection.getSession()
  if (session === undefined) return
  // A session that goes on is as old as what it goes on from.
  const since = connection.isSessionReused() ? (kept.get(context)?.since ?? 0) : Date.now()
  kept.set(context, { address: addressOf(target), session, since })
}

/** After a failure the next connection starts anew. */
export function forgetSession(context: SecureContext): void {
  kept.delete(context)
}
