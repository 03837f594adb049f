import type { Fault } from '../../src/testing/index.ts'
import type { RelayOptions } from '../support/relay.ts'
import type { Random } from './random.ts'

/** What goes wrong with a session. */
export interface SoakFault {
  readonly name: string
  /** Of the server: a pod of its own has it. */
  readonly server?: Fault
  /** Of the line to it. */
  readonly line?: (random: Random) => RelayOptions
  /** The session must come to what it would come to without it. */
  readonly harmless?: boolean
  /** Only a command that verifies can see through it. */
  readonly lies?: boolean
  /** Only with little data. */
  readonly slow?: boolean
}

const server = (fault: Fault, more: Partial<SoakFault> = {}): SoakFault => {
  const { kind, ...values } = fault
  return { name: [kind, ...Object.values(values)].join(' '), server: fault, ...more }
}

export const soakFaults: readonly SoakFault[] = [
  ...[0, 2, 5_000].flatMap((afterBytes) => [
    server({ kind: 'reset', afterBytes }),
    server({ kind: 'cut', afterBytes }),
    server({ kind: 'lost-hop', afterBytes }, { lies: true }),
  ]),
  server({ kind: 'refuse', code: 503, body: 'later' }),
  server({ kind: 'redirect', location: 'https://elsewhere.invalid' }),
  server({ kind: 'wrong-subprotocol', subprotocol: null }),
  server({ kind: 'no-status' }),
  server({ kind: 'abnormal-close' }),
  server({ kind: 'malformed-status' }),
  server({ kind: 'empty-status' }),
  server({ kind: 'wrong-opcode' }),
  server({ kind: 'no-close' }, { harmless: true }),
  server({ kind: 'split-status', parts: 5 }, { harmless: true }),
  server({ kind: 'noise' }, { harmless: true }),
  server({ kind: 'delay', milliseconds: 5 }, { harmless: true, slow: true }),
  server({ kind: 'byte-by-byte' }, { harmless: true, slow: true }),
  server({ kind: 'bandwidth', bytesPerSecond: 50_000 }, { harmless: true, slow: true }),
  { name: 'line reset', line: (r) => ({ strike: 'reset', afterBytes: r.size(2 ** 20) }) },
  { name: 'line end', line: (r) => ({ strike: 'end', afterBytes: r.size(2 ** 20) }) },
  { name: 'line dark', line: (r) => ({ strike: 'black hole', afterBytes: r.size(2 ** 20) }) },
  { name: 'line reset at the request', line: () => ({ strike: 'reset', atRequest: true }) },
  { name: 'line delay', line: (r) => ({ delay: r.whole(20) }), harmless: true, slow: true },
  { name: 'line in segments of 7', line: () => ({ segment: 7 }), harmless: true, slow: true },
  { name: 'slow line', line: () => ({ bandwidth: 200_000 }), harmless: true, slow: true },
]

/** The pod with this fault. */
export function podOf(fault: SoakFault): string {
  return `fault-${soakFaults.indexOf(fault)}`
}
