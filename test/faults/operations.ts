import { createHash } from 'node:crypto'
import type { Subprotocol } from '../../src/index.ts'
import { v1, v1Base64, v4, v4Base64, v5 } from './cell.ts'

export interface Operation {
  readonly name: string
  readonly call: 'exec' | 'spawn'
  readonly script: string
  readonly stdin?: 'small' | 'large' | 'endless'
  readonly tty?: boolean
  /** What it comes to when nothing goes wrong: exit code 3, or the caller has enough. */
  readonly end: 'exit' | 'timeout' | 'abort' | 'abort behind the output'
  readonly stdout: string
  readonly stderr: string
  /** The protocols that it is tried on, plain and with `verify`. */
  readonly plain: readonly Subprotocol[]
  readonly verified: readonly Subprotocol[]
}

export const large: Uint8Array = Buffer.alloc(1024 * 1024, 'x')

const both = [v5, v4]
const goesOn = { script: 'echo out; exec sleep 20', stdout: 'out\n', stderr: '' } as const

export const operations: readonly Operation[] = [
  {
    name: 'exec',
    call: 'exec',
    script: 'echo out; sleep 0.05; echo err >&2; exit 3',
    end: 'exit',
    ...{ stdout: 'out\n', stderr: 'err\n' },
    ...{ plain: [v5, v4, v1, v4Base64, v1Base64], verified: [v5, v4, v1, v4Base64, v1Base64] },
  },
  {
    name: 'exec, small stdin',
    call: 'exec',
    script: 'cat; exit 3',
    stdin: 'small',
    end: 'exit',
    ...{ stdout: 'hello', stderr: '' },
    // Without `verify` only v5 can tell the end of stdin.
    ...{ plain: [v5], verified: both },
  },
  {
    name: 'exec, 1 MiB of stdin',
    call: 'exec',
    script: 'sha256sum; exit 3',
    stdin: 'large',
    end: 'exit',
    ...{ stdout: `${createHash('sha256').update(large).digest('hex')}  -\n`, stderr: '' },
    ...{ plain: [v5], verified: both },
  },
  {
    name: 'exec, endless stdin',
    call: 'exec',
    script: 'head -c 5; exit 3',
    stdin: 'endless',
    end: 'exit',
    ...{ stdout: 'xxxxx', stderr: '' },
    // Nobody can tell its length beforehand.
    ...{ plain: [v5], verified: [v5] },
  },
  {
    name: 'spawn',
    call: 'spawn',
    script: 'echo out; sleep 0.05; echo err >&2; exit 3',
    end: 'exit',
    ...{ stdout: 'out\n', stderr: 'err\n' },
    ...{ plain: both, verified: both },
  },
  {
    name: 'spawn, endless stdin',
    call: 'spawn',
    script: 'head -c 5; exit 3',
    stdin: 'endless',
    end: 'exit',
    ...{ stdout: 'xxxxx', stderr: '' },
    ...{ plain: both, verified: both },
  },
  {
    name: 'terminal',
    call: 'spawn',
    script: 'stty -echo; echo out; exit 3',
    tty: true,
    end: 'exit',
    ...{ stdout: 'out\r\n', stderr: '' },
    ...{ plain: both, verified: both },
  },
  {
    name: 'abort',
    call: 'spawn',
    ...goesOn,
    end: 'abort behind the output',
    plain: both,
    verified: both,
  },
  { name: 'timeout', call: 'exec', ...goesOn, end: 'timeout', plain: both, verified: both },
  {
    name: 'stalled stdin',
    call: 'spawn',
    ...goesOn,
    stdin: 'endless',
    end: 'abort',
    ...{ plain: both, verified: both },
  },
]
