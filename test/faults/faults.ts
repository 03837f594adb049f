import type { Fault } from '../../src/testing/index.ts'
import type { RelayOptions, Strike } from '../support/relay.ts'

export interface MatrixFault {
  readonly name: string
  /** Of the server. */
  readonly server?: Fault
  /** Of the line to it. */
  readonly line?: RelayOptions
  /** Nobody listens at the other end of the line. */
  readonly noServer?: boolean
  /** The line breaks behind the first output, or behind the command's end and its status. */
  readonly strike?: { readonly how: Strike; readonly behind: 'output' | 'status' }
  /** It is about time: the client's own limits are short, which on a busy machine could strike elsewhere, too. */
  readonly silent?: boolean
  /** No ping is answered from the start, so that stdin is held back by nothing but the buffers of the kernel. */
  readonly deaf?: boolean
}

const server = (name: string, fault: Fault): MatrixFault => ({ name, server: fault })
const line = (name: string, options: RelayOptions): MatrixFault => ({
  name,
  line: options,
  silent: options.strike === 'black hole',
})

const afterOutput = [0, 2, 4].flatMap((afterBytes): MatrixFault[] => [
  {
    name: `reset behind ${afterBytes} bytes`,
    server: { kind: 'reset', afterBytes },
  },
  {
    name: `end of TCP behind ${afterBytes} bytes`,
    server: { kind: 'cut', afterBytes },
  },
  {
    name: `lost hop behind ${afterBytes} bytes`,
    server: { kind: 'lost-hop', afterBytes },
  },
])

export const faults: readonly MatrixFault[] = [
  { name: 'none' },
  // In front of the session.
  { name: 'nobody listens', noServer: true },
  line('end before TLS', { afterBytes: 0, strike: 'end' }),
  line('reset before TLS', { afterBytes: 0, strike: 'reset' }),
  line('silence before TLS', { afterBytes: 0, strike: 'black hole' }),
  line('end in TLS', { afterBytes: 300, strike: 'end' }),
  line('reset in TLS', { afterBytes: 300, strike: 'reset' }),
  line('silence in TLS', { afterBytes: 300, strike: 'black hole' }),
  line('end before 101', { atRequest: true, strike: 'end' }),
  line('reset before 101', { atRequest: true, strike: 'reset' }),
  line('silence before 101', { atRequest: true, strike: 'black hole' }),
  server('refused: 503', {
    kind: 'refuse',
    code: 503,
    body: { kind: 'Status', status: 'Failure', message: 'etcd is down', code: 503 },
  }),
  server('refused: 500, text', { kind: 'refuse', code: 500, body: 'container not found' }),
  server('refused: 403, nothing', { kind: 'refuse', code: 403 }),
  server('redirected', { kind: 'redirect', location: 'https://elsewhere.invalid/' }),
  { name: 'never answered', server: { kind: 'no-answer' }, silent: true },
  server('another subprotocol', { kind: 'wrong-subprotocol', subprotocol: 'v3.channel.k8s.io' }),
  server('no subprotocol', { kind: 'wrong-subprotocol', subprotocol: null }),
  // Silence.
  { name: 'half-open', server: { kind: 'half-open' }, silent: true, deaf: true },
  { name: 'no pongs', server: { kind: 'no-pong' }, silent: true, deaf: true },
  { name: 'stdin not read', server: { kind: 'stop-reading', afterBytes: 65_536 }, silent: true },
  { name: 'status waits for stdin', server: { kind: 'unread-stdin' }, silent: true },
  { name: 'black hole', silent: true, strike: { how: 'black hole', behind: 'output' } },
  // Ends.
  ...afterOutput,
  { name: 'reset of the line', strike: { how: 'reset', behind: 'output' } },
  { name: 'end of the line', strike: { how: 'end', behind: 'output' } },
  server('close without status', { kind: 'no-status' }),
  server('neither status nor close', { kind: 'abnormal-close' }),
  server('status without close', { kind: 'no-close' }),
  {
    name: 'reset behind the status',
    server: { kind: 'no-close' },
    strike: { how: 'reset', behind: 'status' },
  },
  {
    name: 'end of TCP behind the status',
    server: { kind: 'no-close' },
    strike: { how: 'end', behind: 'status' },
  },
  // Statuses and messages.
  server('malformed status', { kind: 'malformed-status' }),
  server('empty status', { kind: 'empty-status' }),
  server('status in 7 messages', { kind: 'split-status', parts: 7 }),
  server('noise', { kind: 'noise' }),
  server('wrong opcode', { kind: 'wrong-opcode' }),
  server('not base64', { kind: 'invalid-base64' }),
  server('a byte per message', { kind: 'byte-by-byte' }),
  server('a message of 64 MiB', { kind: 'oversized-message', bytes: 64 * 1024 * 1024 }),
  // Pace.
  server('20 ms before each message', { kind: 'delay', milliseconds: 20 }),
  server('2 kB/s', { kind: 'bandwidth', bytesPerSecond: 2_000 }),
  line('a byte per segment', { segment: 1 }),
  line('20 ms each way', { delay: 20 }),
  line('1 MB/s each way', { bandwidth: 1_000_000 }),
]
