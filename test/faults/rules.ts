import type { Cell, Expected } from './cell.ts'
import { v1, v1Base64 } from './cell.ts'

/** Cells, and what they come to; what a rule does not name is any. The first rule that fits holds. */
export interface Rule {
  readonly faults: readonly string[]
  readonly operations?: readonly string[]
  readonly verify?: boolean
  readonly subprotocols?: readonly string[]
  readonly expected: Expected
}

/** Milliseconds that a busy machine may add. */
const slack = 15_000
/** What the client is given in the matrix, in milliseconds. */
export const deadline = 1_500
export const handshakeTimeout = 1_500
/** When the caller has enough. */
export const patience = 6_000

const failed = (error: string, code: string, more: object = {}): Expected =>
  ({ outcome: 'error', error, code, output: 0, within: slack, ...more }) as Expected
const lost = (output: Expected['output'], within: number = slack): Expected =>
  failed('ConnectionLostError', 'ERR_CONNECTION_LOST', { closeCode: 1006, output, within })
const unverified = (output: number): Expected =>
  failed('ConnectionLostError', 'ERR_UNVERIFIED', { closeCode: 1000, output })
const exit = (exitCode: number, output: Expected['output'] = 'all', within = slack): Expected => ({
  outcome: 'exit',
  exitCode,
  output,
  within,
})
const refused = (code: string, httpStatus: number): Expected =>
  failed('UpgradeError', code, { httpStatus })
const enough: Expected = { outcome: 'aborted', output: 'all', within: patience + slack }
const tooLate: Expected = failed('TimeoutError', 'ERR_TIMEOUT', {
  output: 'all',
  within: patience + slack,
})
const silent: Expected = failed('ConnectionError', 'ERR_HANDSHAKE_TIMEOUT', {
  within: handshakeTimeout + slack,
})
const unreachable = failed('ConnectionError', 'ERR_CONNECTION_FAILED')

const v1s = [v1, v1Base64]
const ended = [
  ...['exec', 'exec, small stdin', 'exec, 1 MiB of stdin', 'exec, endless stdin'],
  ...['spawn', 'spawn, endless stdin', 'terminal'],
]
const endless = ['exec, endless stdin', 'spawn, endless stdin']

export const rules: readonly Rule[] = [
  // No session comes about, so nothing of the command is known or shown.
  { faults: ['nobody listens'], expected: failed('ConnectionError', 'ERR_CONNECTION_REFUSED') },
  {
    faults: [
      ...['end before TLS', 'reset before TLS', 'end in TLS', 'reset in TLS'],
      ...['end before 101', 'reset before 101'],
    ],
    expected: unreachable,
  },
  {
    faults: ['silence before TLS', 'silence in TLS', 'silence before 101', 'never answered'],
    expected: silent,
  },
  { faults: ['refused: 503'], expected: refused('ERR_UPGRADE_REFUSED', 503) },
  { faults: ['refused: 500, text'], expected: refused('ERR_UPGRADE_REFUSED', 500) },
  { faults: ['refused: 403, nothing'], expected: refused('ERR_SUBPROTOCOL', 403) },
  { faults: ['redirected'], expected: refused('ERR_UPGRADE_REFUSED', 302) },
  {
    faults: ['another subprotocol', 'no subprotocol'],
    expected: refused('ERR_SUBPROTOCOL', 101),
  },

  // Silence ends by the deadline, unless much stdin is on its way and the server answers elsewhere.
  {
    faults: ['half-open'],
    operations: ['exec, 1 MiB of stdin', 'exec, endless stdin'],
    expected: { ...tooLate, output: 0 },
  },
  {
    faults: ['half-open'],
    operations: ['spawn, endless stdin', 'stalled stdin'],
    expected: { ...enough, output: 0 },
  },
  { faults: ['half-open'], expected: lost(0, deadline + slack) },
  { faults: ['no pongs'], operations: ['timeout'], expected: lost('all', deadline + slack) },
  {
    faults: ['stdin not read'],
    operations: ['exec, 1 MiB of stdin'],
    expected: { ...tooLate, output: 0 },
  },
  // The command's end is known; the wait for its status, and for the answer to the close, is bounded.
  {
    faults: ['stdin not read'],
    operations: endless,
    verify: true,
    expected: exit(3, 'all', 4_000 + slack),
  },
  {
    faults: ['status waits for stdin'],
    operations: ['exec, endless stdin'],
    verify: false,
    expected: tooLate,
  },
  {
    faults: ['status waits for stdin'],
    operations: ['spawn, endless stdin'],
    verify: false,
    expected: enough,
  },
  // The probe of a stalled stdin gets no answer either.
  { faults: ['black hole'], expected: lost('all', 3 * deadline + slack) },

  // Ends in the middle of it.
  { faults: ['reset behind 0 bytes'], expected: lost(0) },
  { faults: ['reset behind 2 bytes', 'reset behind 4 bytes'], expected: lost('any') },
  { faults: ['end of TCP behind 0 bytes'], expected: lost(0) },
  { faults: ['end of TCP behind 2 bytes'], expected: lost(2) },
  { faults: ['end of TCP behind 4 bytes'], expected: lost(4) },
  // What the server makes up is taken for the truth unless the command has its own say.
  ...[0, 2, 4].flatMap((bytes): Rule[] => [
    { faults: [`lost hop behind ${bytes} bytes`], verify: true, expected: unverified(bytes) },
    { faults: [`lost hop behind ${bytes} bytes`], verify: false, expected: exit(0, bytes) },
  ]),
  { faults: ['reset of the line', 'end of the line'], expected: lost('all') },

  // At the command's end. Behind the marker nothing of this matters.
  {
    faults: [
      'close without status',
      'neither status nor close',
      'malformed status',
      'empty status',
    ],
    operations: ended,
    verify: true,
    expected: exit(3),
  },
  // v1 has no message for success: there this is one.
  { faults: ['close without status'], operations: ended, subprotocols: v1s, expected: exit(0) },
  {
    faults: ['close without status'],
    operations: ended,
    expected: failed('ConnectionLostError', 'ERR_NO_STATUS', { closeCode: 1000, output: 'all' }),
  },
  { faults: ['neither status nor close'], operations: ended, expected: lost('all') },
  // On v1 any text that is no exit code is the failure's reason.
  {
    faults: ['malformed status', 'empty status'],
    operations: ended,
    subprotocols: v1s,
    expected: failed('StatusError', 'ERR_STATUS', { output: 'all' }),
  },
  {
    faults: ['malformed status'],
    operations: ended,
    expected: failed('ProtocolError', 'ERR_STATUS_MALFORMED', { output: 'all' }),
  },
  {
    faults: ['empty status'],
    operations: ended,
    expected: failed('StatusError', 'ERR_STATUS', { output: 'all' }),
  },

  // v1's text has no end of its own: only the connection's tells that this was all of it.
  {
    faults: ['status without close'],
    operations: ended,
    verify: false,
    subprotocols: v1s,
    expected: tooLate,
  },

  // Messages that there cannot be, before any output.
  {
    faults: ['wrong opcode', 'not base64', 'a message of 64 MiB'],
    expected: failed('ProtocolError', 'ERR_PROTOCOL'),
  },

  // All else changes nothing.
  { faults: [], operations: ended, expected: exit(3) },
  { faults: [], operations: ['timeout'], expected: tooLate },
  { faults: [], operations: ['abort', 'stalled stdin'], expected: enough },
]

/** The server ends these by itself while stdin is on its way. */
const losable = (cell: Cell): boolean =>
  /endless|stalled/.test(cell.operation) &&
  cell.fault !== 'status waits for stdin' &&
  (/behind \d bytes/.test(cell.fault) || (endless.includes(cell.operation) && !cell.verify))

export function expectedOf(cell: Cell): Expected {
  const rule = rules.find(
    ({ faults, operations, verify, subprotocols }) =>
      (faults.length === 0 || faults.includes(cell.fault)) &&
      (operations === undefined || operations.includes(cell.operation)) &&
      (verify === undefined || verify === cell.verify) &&
      (subprotocols === undefined || subprotocols.includes(cell.subprotocol)),
  )
  if (rule === undefined) throw new Error(`no rule for ${JSON.stringify(cell)}`)
  const isEnd = rule.expected.outcome === 'exit' || rule.expected.output !== 0
  return isEnd && losable(cell) ? { ...rule.expected, orLost: true } : rule.expected
}
