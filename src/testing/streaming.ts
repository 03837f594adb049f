import type { Subprotocol } from '../protocol/index.ts'
import { serveAttach } from './attach-session.ts'
import type { ChannelConnection } from './channel-connection.ts'
import { applyFault } from './fault/apply.ts'
import type { Fault } from './fault.ts'
import type { HttpAnswer } from './http-answer.ts'
import { emptyAnswer, textAnswer } from './http-answer.ts'
import { localProcess } from './local-process.ts'
import { negotiate } from './negotiation.ts'
import type { Generation } from './options.ts'
import type { ProcessResult } from './remote-command-status.ts'
import { recordingOf, replay } from './replay.ts'
import { offeredSubprotocols } from './request-log.ts'
import type { SessionContext } from './session.ts'
import { finish, readyChannel, serveSession } from './session.ts'
import type { StreamRequest } from './stream-request.ts'
import type { Upgrade } from './upgrade.ts'
import { acceptUpgrade } from './upgrade.ts'

/** What the sessions of a server share. */
export interface StreamingContext {
  readonly generation: Generation
  readonly signal: AbortSignal
  readonly fault: Fault | null
  /** The local processes. */
  readonly running: Set<Promise<unknown>>
  readonly log: (output: Uint8Array) => void
}

/** A failure of the kubelet or the runtime before the process starts. */
interface Failure {
  readonly code: number
  readonly text: string
}

/** Answers an exec or attach that the API server has let through; a refusal is returned. */
export function serveStreaming(
  upgrade: Upgrade,
  asked: StreamRequest,
  context: StreamingContext,
): HttpAnswer | null {
  // x/net/websocket wants GET.
  if (upgrade.request.method !== 'GET') return textAnswer('bad method', 405)
  const { generation, fault } = context
  const negotiation = negotiate(offeredSubprotocols(upgrade.request), generation)
  if (negotiation === null) return emptyAnswer(403)
  // The kubelet drops stderr when there is a tty.
  const request = { ...asked, stderr: asked.stderr && !asked.tty }
  const failure = failureOf(request, asked)
  const atApiServer = negotiation.translated && generation === 'api-server'
  if (failure !== null && !atApiServer) return textAnswer(failure.text, failure.code)

  const { subprotocol } = negotiation
  const answered = fault?.kind === 'wrong-subprotocol' ? fault.subprotocol : subprotocol
  if (fault?.kind === 'replay') return serveReplay(upgrade, subprotocol, fault.trace)
  const connection = acceptUpgrade(upgrade, subprotocol, answered)
  if (connection === null) return null
  const outlet = applyFault(fault, connection)
  const ready = outlet.send(readyChannel(asked), new Uint8Array(0))
  const session: SessionContext = {
    connection,
    outlet,
    request,
    handler: request.container.exec ?? localProcess(request.container, context.running),
    signal: context.signal,
    waitsForStdin: fault?.kind === 'unread-stdin',
    log: context.log,
  }
  void ready.then(() => serve(session, failure)).catch(() => connection.reset())
  return null
}

function serveReplay(
  upgrade: Upgrade,
  subprotocol: Subprotocol | '',
  trace: string,
): HttpAnswer | null {
  try {
    const recording = recordingOf(trace)
    if (subprotocol !== recording.subprotocol) {
      return textAnswer(`the trace was recorded over ${recording.subprotocol}`, 400)
    }
    const connection = acceptUpgrade(upgrade, subprotocol, subprotocol)
    if (connection !== null) void replay(connection, recording)
    return null
  } catch (error) {
    return textAnswer((error as Error).message, 500)
  }
}

async function serve(session: SessionContext, failure: Failure | null): Promise<void> {
  if (failure !== null) return fail(session.connection, session, failure)
  if (session.request.kind === 'attach') return serveAttach(session)
  const { log, ...exec } = session
  return serveSession(exec)
}

/** The API server has answered 101 already; the kubelet's refusal becomes the status. */
async function fail(
  connection: ChannelConnection,
  { outlet }: SessionContext,
  { text }: Failure,
): Promise<void> {
  connection.read({ write: () => undefined, close: () => {} })
  await finish(connection, outlet, translatedFailure(text.trimEnd()))
}

function translatedFailure(text: string): ProcessResult {
  // Read as YAML, "key: value" is an empty Status, and the text is lost (1.29 to 1.35, spdy/roundtripper.go).
  if (/^[\w ]+: /.test(text)) return { kind: 'status', status: { metadata: {} } }
  const message = `unable to upgrade connection: ${text}`
  const words = `Internal error occurred: ${message}`
  const details = { causes: [{ message }] }
  const status = {
    metadata: {},
    status: 'Failure',
    message: words,
    reason: 'InternalError',
    details,
  }
  return { kind: 'status', status: { ...status, code: 500 } }
}

function failureOf(request: StreamRequest, asked: StreamRequest): Failure | null {
  const { pod, container, kind } = request
  if (!request.stdin && !request.stdout && !request.stderr) {
    return { code: 400, text: 'you must specify at least 1 of stdin, stdout, stderr\n' }
  }
  const { state } = container
  if (state !== undefined && 'waiting' in state) {
    return { code: 500, text: `container not found ("${container.name}")` }
  }
  if (state !== undefined || pod.phase === 'Succeeded' || pod.phase === 'Failed') {
    return { code: 500, text: exited }
  }
  // The kubelet asks the runtime for the container's tty, and for the request's stderr.
  if (kind === 'attach' && container.tty && asked.stderr && !asked.tty) {
    return { code: 500, text: ttyAndStderr }
  }
  return null
}

const exited = 'rpc error: code = Unknown desc = container is in CONTAINER_EXITED state'
const ttyAndStderr = 'rpc error: code = InvalidArgument desc = tty and stderr cannot both be true'
