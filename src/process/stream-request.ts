import type {
  SessionNeeds,
  Subprotocol,
  SubprotocolChoice,
  TraceRequest,
} from '../protocol/index.ts'
import { chooseSubprotocol, execPath, mustRequestStdin, supportsClose } from '../protocol/index.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { Trace } from '../transport/traced-socket.ts'
import { TracedSocket } from '../transport/traced-socket.ts'
import type { Opener } from './open-process.ts'
import type { Session } from './session.ts'
import type { Wrapper } from './wrapper.ts'

/** What a session asks the server for. */
export interface StreamRequest extends SessionNeeds {
  readonly namespace: string
  readonly pod: string
  readonly container: string | undefined
  readonly command: readonly string[]
  /** What the command runs in; `null`: nothing. */
  readonly wrapper: Wrapper | null
  readonly stdout: boolean
  readonly stderr: boolean
  /** Bytes; `null`: not known beforehand. */
  readonly stdinLength: number | null
  readonly stdinMustEnd: boolean
  /** Offered instead of the one that serves the session best. */
  readonly subprotocol: Subprotocol | undefined
  readonly trace: Trace | undefined
}

/** Dials for the request; what is asked for may depend on the subprotocol that is offered. */
export function streamOpener(server: ApiServer, request: StreamRequest): Opener {
  const { command, wrapper, stdin, stdinLength } = request
  const choice = choiceFor(request)
  const path = (offered: Subprotocol) =>
    execPath(
      {
        ...request,
        command: wrapper?.argv(supportsClose(offered) ? null : stdinLength) ?? command,
        stdin: stdin || mustRequestStdin(offered, request),
      },
      server.endpoint.prefix,
    )
  return async (accept, signal) => {
    const { trace } = request
    if (trace === undefined) return server.open({ choice, path, signal }, accept)
    const traced = traceRequest(request)
    let session: Session | undefined
    await server.open({ choice, path, signal }, (socket) => {
      const tracedSocket = new TracedSocket(socket, traced, trace)
      session = accept(tracedSocket)
      return tracedSocket.events(session)
    })
    return session as Session
  }
}

function traceRequest(request: StreamRequest): TraceRequest {
  const { kind, namespace, pod, container = null, stdin, stdout, stderr, tty } = request
  return { kind, namespace, pod, container, stdin, stdout, stderr, tty }
}

function choiceFor(request: StreamRequest): SubprotocolChoice {
  const { subprotocol, wrapper, stdin, stdinLength, stdinMustEnd } = request
  if (subprotocol !== undefined) return { subprotocol, fallback: null }
  const best = chooseSubprotocol(request)
  // A wrapper ends stdin by itself when it knows how long that is.
  const isCounted = wrapper !== null && stdinLength !== null
  const needsClose = stdin && stdinMustEnd && !isCounted && supportsClose(best.subprotocol)
  return { ...best, fallback: needsClose ? null : best.fallback }
}
