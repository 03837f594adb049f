import { Agent } from 'node:https'
import type { SecureContext } from 'node:tls'
import type { Endpoint } from './endpoint.ts'
import type { TlsOptions } from './tls.ts'

/** Milliseconds that a connection waits for a session: servers, and what stands in front of them, wait for longer. */
const patience = 1_000

interface Keeper {
  readonly secureContext: SecureContext
  readonly agent: Agent
}

/** Of each endpoint the last one: a connection is not for another name, other authorities or another client certificate. */
const keepers = new WeakMap<Endpoint, Keeper>()

/**
 * The agent of a request whose connection is to wait for the session that follows, which then needs no handshake of its
 * own. It checks who the server is by itself: Node does not keep what a request has checked.
 */
export function keepConnection(
  endpoint: Endpoint,
  { secureContext, checkServerIdentity }: TlsOptions,
): Agent {
  const known = keepers.get(endpoint)
  if (known?.secureContext === secureContext) return known.agent
  const agent = new Agent({
    keepAlive: true,
    maxFreeSockets: 1,
    timeout: patience,
    // tls-session.ts does that, for all connections.
    maxCachedSessions: 0,
    checkServerIdentity,
  })
  keepers.set(endpoint, { secureContext, agent })
  return agent
}

/** The agent that hands over the connection that waits; `undefined`: none does. */
export function spareConnection(
  endpoint: Endpoint,
  secureContext: SecureContext | undefined,
): Agent | undefined {
  const known = keepers.get(endpoint)
  if (known === undefined || known.secureContext !== secureContext) return undefined
  return Object.keys(known.agent.freeSockets).length > 0 ? known.agent : undefined
}
