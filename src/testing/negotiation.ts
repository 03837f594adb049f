import type { Subprotocol } from '../protocol/index.ts'
import type { Generation } from './options.ts'

const v5 = 'v5.channel.k8s.io'
const rawSubprotocols: readonly Subprotocol[] = [
  'channel.k8s.io',
  'base64.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
]

/** Who serves an upgrade, and how. */
export interface Negotiation {
  /** `''`: none was offered, which is binary with v1's texts. */
  readonly subprotocol: Subprotocol | ''
  /** Whether the stream translator serves it (v5) or the runtime. */
  readonly translated: boolean
}

/**
 * The subprotocol for an exec or attach; `null` is the 403 with an empty body. v5 wins wherever it stands in the list
 * (apiserver, translatinghandler.go); among the others the client's order counts.
 */
export function negotiate(offered: readonly string[], generation: Generation): Negotiation | null {
  if (generation !== 'runtime' && offered.includes(v5)) {
    return { subprotocol: v5, translated: true }
  }
  if (offered.length === 0) return { subprotocol: '', translated: false }
  const subprotocol = rawSubprotocols.filter((name) => offered.includes(name))
  const first = offered.find((name) => subprotocol.includes(name as Subprotocol))
  return first === undefined ? null : { subprotocol: first as Subprotocol, translated: false }
}
