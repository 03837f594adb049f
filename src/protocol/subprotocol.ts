/**
 * The subprotocols that exist over WebSocket. `v2.channel.k8s.io` and `v3.channel.k8s.io` are SPDY only:
 * a server answers 403 to them (cri-streaming, remotecommand/websocket.go).
 */
export const Subprotocol = {
  V5: 'v5.channel.k8s.io',
  V4: 'v4.channel.k8s.io',
  V1: 'channel.k8s.io',
  Base64V4: 'v4.base64.channel.k8s.io',
  Base64V1: 'base64.channel.k8s.io',
} as const

export type Subprotocol = (typeof Subprotocol)[keyof typeof Subprotocol]

/** Every subprotocol there is a codec for, the most capable first. */
export const subprotocols: readonly Subprotocol[] = Object.values(Subprotocol)

export function isSubprotocol(name: unknown): name is Subprotocol {
  return subprotocols.includes(name as Subprotocol)
}

/** Whether stdin can end while the session goes on: the CLOSE message, which came with v5. */
export function supportsClose(subprotocol: Subprotocol): boolean {
  return subprotocol === Subprotocol.V5
}

/** Whether messages are base64 text instead of bytes. */
export function isBase64(subprotocol: Subprotocol): boolean {
  return subprotocol === Subprotocol.Base64V4 || subprotocol === Subprotocol.Base64V1
}

/** Whether the status is a JSON object; v1 has text for a failure and nothing at all for success. */
export function hasJsonStatus(subprotocol: Subprotocol): boolean {
  return subprotocol !== Subprotocol.V1 && subprotocol !== Subprotocol.Base64V1
}

/** What a session needs of its subprotocol. */
export interface SessionNeeds {
  readonly kind: 'exec' | 'attach'
  /** Whether the caller has a stdin. */
  readonly stdin: boolean
  readonly tty: boolean
  /** attach only: whether the container's own spec has `stdin: true`. */
  readonly containerStdin?: boolean
  /** attach only: whether it has `stdinOnce: true`. */
  readonly containerStdinOnce?: boolean
}

export interface SubprotocolChoice {
  /** The one subprotocol to offer. */
  readonly subprotocol: Subprotocol
  /** What to offer once when the first is refused with 403 and an empty body; `null`: nothing would serve. */
  readonly fallback: Subprotocol | null
}

/**
 * The subprotocol that serves a session best.
 *
 * v4 is answered by the container runtime itself on every version, so a hop that dies cannot turn into a forged
 * `Success`; what it lacks is an end of stdin. A terminal needs none (its end of input is the byte 0x04). An attach
 * without a stdin to a container that has one goes over v5, because the raw path takes the absent stdin for one that
 * has ended and detaches the output (seen on Kubernetes 1.35 and 1.36 with containerd 1.6 and 2.4). Asking for stdin
 * there instead would, with `stdinOnce`, end the container's when the session ends: then nothing but v5 will do.
 */
export function chooseSubprotocol(needs: SessionNeeds): SubprotocolChoice {
  const stdinMustEnd = needs.stdin && !needs.tty
  const wouldDetach = needs.kind === 'attach' && !needs.stdin && needs.containerStdin === true
  if (wouldDetach && needs.containerStdinOnce === true) {
    return { subprotocol: Subprotocol.V5, fallback: null }
  }
  return stdinMustEnd || wouldDetach
    ? { subprotocol: Subprotocol.V5, fallback: Subprotocol.V4 }
    : { subprotocol: Subprotocol.V4, fallback: Subprotocol.V5 }
}

/**
 * Whether the request asks for stdin although the caller has none. The raw path (all but v5) takes a stdin that was not
 * asked for as one that has ended: an exec with a tty then loses output, in 175 of 240 runs on Kubernetes 1.35 and 1.36,
 * and an attach to a container with stdin ends at once, as a `Success` without output.
 */
export function mustRequestStdin(subprotocol: Subprotocol, needs: SessionNeeds): boolean {
  if (supportsClose(subprotocol)) return false
  return needs.kind === 'exec' ? needs.tty : needs.containerStdin === true
}
