import type {
  SessionNeeds,
  Subprotocol,
  SubprotocolChoice,
  TraceRequest,
} from '../protocol/index.ts'
import {
  attachPath,
  chooseSubprotocol,
  execPath,
  mustRequestStdin,
  supportsClose,
} from '../protocol/index.ts'
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
  /** `null`: an attach. */
  readonly command: StreamCommand | null
  readonly stdout: boolean
  readonly stderr: boolean
  /** Offered instead of the one that serves the session best. */
  readonly subprotocol: Subprotocol | undefined
  readonly trace: Trace | undefined
}

export interface StreamCommand {
  readonly argv: readonly string[]
  /** What it runs in; `null`: nothing. */
  readonly wrapper: Wrapper | null
  /** Bytes; `null`: not known beforehand. */
  readonly stdinLength: number | null
  readonly stdinMustEnd: boolean
}

/** Dials for the request; what is asked for may depend on the subprotocol that is offered. */
export function streamOpener(server: ApiServer, request: StreamRequest): Opener {
  const choice = choiceFor(request)
  const path = (offered: Subprotocol) => pathOf(request, offered, server.endpoint.prefix)
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

function pathOf(request: StreamRequest, offered: Subprotocol, prefix: string): string {
  const { command } = request
  const stdin = request.stdin || mustRequestStdin(offered, request)
  if (command === null) return attachPath({ ...request, stdin }, prefix)
  const { wrapper, stdinLength } = command
  const argv = wrapper?.argv(supportsClose(offered) ? null : stdinLength) ?? command.argv
  return execPath({ ...request, command: argv, stdin }, prefix)
}

function traceRequest(request: StreamRequest): TraceRequest {
  const { kind, namespace, pod, container = null, stdin, stdout, stderr, tty } = request
  return { kind, namespace, pod, container, stdin, stdout, stderr, tty }
}

function choiceFor(request: StreamRequest): SubprotocolChoice {
  const { subprotocol, command, stdin } = request
  if (subprotocol !== undefined) return { subprotocol, fallback: null }
  const best = chooseSubprotocol(request)
  if (command === null || !stdin || !supportsClose(best.subprotocol)) return best
  // A wrapper ends stdin by itself when it knows how long that is.
  const isCounted = command.wrapper !== null && command.stdinLength !== null
  return { ...best, fallback: command.stdinMustEnd && !isCounted ? null : best.fallback }
}
