import type { ExecErrorFields } from '../errors.ts'
import { ConnectionLostError, ExecError, ProtocolError, StatusError } from '../errors.ts'
import type { Status, Violation } from '../protocol/index.ts'
import { printable } from '../protocol/printable.ts'
import { ranUnwatched } from '../protocol/status.ts'
import type { SocketEnd } from '../transport/socket.ts'

type Fields = Partial<ExecErrorFields>

const unknown = 'whether and how the command ended is not known'

/** The server sent what the protocol does not allow. */
export function violated({ violation, description }: Violation, fields: Fields): ProtocolError {
  const code = violation === 'status' ? 'ERR_STATUS_MALFORMED' : 'ERR_PROTOCOL'
  return new ProtocolError(code, description, fields)
}

/** Whoever writes into stdin gave up, so that the command never gets all of it. */
export function sourceFailed(cause: unknown, fields: Fields): ExecError {
  const message = 'the source of stdin failed; the session was closed'
  return new ExecError('ERR_STDIN_SOURCE', message, { ...fields, cause })
}

/** The server reports a failure that is not an exit code. */
export function refused(kind: 'exec' | 'attach', status: Status, fields: Fields): StatusError {
  const not = ranUnwatched(status)
    ? 'lost sight of the command while it ran'
    : `could not ${kind === 'exec' ? 'run the command' : 'attach to the container'}`
  const words = printable(status.message ?? 'it gave no reason (servers before 1.36 lose some)')
  return new StatusError('ERR_STATUS', `the server ${not}: ${words}`, {
    ...fields,
    status,
  })
}

/** The server reports a success that the command's own side does not confirm. */
export function unverified(
  end: SocketEnd,
  status: Status | null,
  fields: Fields,
): ConnectionLostError {
  return new ConnectionLostError(
    'ERR_UNVERIFIED',
    `the server reported success, but the command did not get to report its end, as when the kubelet or the container runtime is lost; ${unknown}`,
    { ...fields, status, closeCode: end.code },
  )
}

/** The session ended without a status. */
export function lost(end: SocketEnd, fields: Fields): ConnectionLostError | ProtocolError {
  const cause = end.cause ?? undefined
  const known = { ...fields, cause, closeCode: end.code }
  if (cause !== undefined && 'code' in cause && String(cause.code).startsWith('WS_ERR_')) {
    return new ProtocolError(
      'ERR_PROTOCOL',
      `the server broke the WebSocket protocol: ${cause.message}`,
      known,
    )
  }
  if (end.code === 1006) {
    const why = cause === undefined ? '' : ` (${printable(cause.message)})`
    return new ConnectionLostError(
      'ERR_CONNECTION_LOST',
      `the connection was lost${why}; ${unknown}`,
      known,
    )
  }
  const words = end.reason === '' ? '' : `: ${printable(end.reason)}`
  return new ConnectionLostError(
    'ERR_NO_STATUS',
    `the server closed the session (close code ${end.code}${words}) without a status; ${unknown}`,
    known,
  )
}
