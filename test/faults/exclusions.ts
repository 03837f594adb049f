import type { Cell } from './cell.ts'
import { v4, v5 } from './cell.ts'

/** Combinations that make no sense, and why. */
export interface Exclusion {
  readonly why: string
  readonly isOut: (cell: Cell) => boolean
}

const endless = ['exec, endless stdin', 'spawn, endless stdin']
const goesOn = ['abort', 'timeout', 'stalled stdin']
const manyBytes = ['exec, 1 MiB of stdin', ...endless, 'stalled stdin']
const nearTheEnd = /status|close|behind the/
const behindOutput = /behind 4 bytes|^(?:black hole|reset of the line|end of the line)$/

export const exclusions: readonly Exclusion[] = [
  {
    why: 'what happens at the command’s end never happens to one that goes on',
    isOut: ({ fault, operation }) =>
      goesOn.includes(operation) && nearTheEnd.test(fault) && fault !== 'status waits for stdin',
  },
  {
    why: 'an abort behind the output and a fault behind the output happen at the same time',
    isOut: ({ fault, operation }) => operation === 'abort' && behindOutput.test(fault),
  },
  {
    why: 'a line that breaks behind the output needs a command that goes on behind it',
    isOut: ({ fault, operation }) =>
      /^(?:black hole|reset of the line|end of the line)$/.test(fault) &&
      !goesOn.includes(operation),
  },
  {
    why: 'over v4 with a stdin, the client leaves at the marker: there is nothing behind the status',
    isOut: ({ fault, operation, verify, subprotocol }) =>
      /behind the status/.test(fault) && verify && subprotocol === v4 && /stdin/.test(operation),
  },
  {
    why: 'not base64: only base64 can be that',
    isOut: ({ fault, subprotocol }) => fault === 'not base64' && !subprotocol.includes('base64'),
  },
  {
    why: 'unread stdin needs much of it',
    isOut: ({ fault, operation }) =>
      (fault === 'stdin not read' && !manyBytes.includes(operation)) ||
      (fault === 'status waits for stdin' && !endless.includes(operation)),
  },
  {
    why: '64 MiB for each of many: twice per call is enough',
    isOut: ({ fault, operation, verify, subprotocol }) =>
      fault === 'a message of 64 MiB' &&
      (verify || !['exec', 'spawn'].includes(operation) || ![v5, v4].includes(subprotocol)),
  },
]
