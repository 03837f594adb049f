import { expect, it } from 'vitest'
import type { BackgroundState, BackgroundStatus } from '../../../src/background/status.ts'
import { unknownStatus } from '../../../src/background/status.ts'
import { Transitions } from '../../../src/background/transitions.ts'

type Report = readonly [state: BackgroundState, pid?: number | null, exitCode?: number]

function heard(...reports: readonly Report[]): string[] {
  const states: string[] = []
  const transitions = new Transitions(({ state }) => states.push(state))
  for (const [state, pid = null, exitCode = null] of reports) {
    const status: BackgroundStatus = { ...unknownStatus('a', ''), state, pid, exitCode }
    transitions.report(status)
  }
  return states
}

it.each<[string, Report[], string[]]>([
  [
    'each once',
    [['starting'], ['starting'], ['running', 7], ['running', 7]],
    ['starting', 'running'],
  ],
  ['over at the first look', [['starting'], ['stopped', 7, 0]], ['starting', 'running', 'stopped']],
  ['not run', [['starting'], ['errored', 7, 127]], ['starting', 'errored']],
  ['never a process', [['starting'], ['errored']], ['starting', 'errored']],
  ['somebody else’s', [['stopped', 7, 0]], ['stopped']],
  [
    'started again',
    [['stopped', 7, 0], ['starting'], ['running', 8]],
    ['stopped', 'starting', 'running'],
  ],
])('%s', (_name, reports, states) => {
  expect(heard(...reports)).toEqual(states)
})
