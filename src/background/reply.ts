import type { ContainerIdentity } from './container-identity.ts'
import { parseIdentity } from './container-identity.ts'
import type { BackgroundOutput } from './output.ts'

/** What the script found of one id. */
export interface Run {
  readonly id: string
  /** `elsewhere`: the record is another container's, or of this one before a restart; `layout`: of a newer podwire. */
  readonly state: 'none' | 'starting' | 'running' | 'ended' | 'elsewhere' | 'layout'
  /** Which run of this id it is, counted from 1; 0: there is none. */
  readonly number: number
  /** Who started it; `null`: nothing is written yet. */
  readonly token: string | null
  /** By the clock of the client that started it. */
  readonly startedAt: Date | null
  readonly pid: number | null
  readonly exitCode: number | null
  /** Whether a stop was asked for. */
  readonly stopped: boolean
  readonly output: BackgroundOutput | null
  /** Where it was started. */
  readonly container: ContainerIdentity | null
  /** `null`: there is none. */
  readonly directory: string | null
}

export interface Reply {
  readonly runs: readonly Run[]
  /** What came of a start: `started`, `active`, `cwd`, `output` or `state`. */
  readonly start: string | null
  /** The processes that got SIGTERM, and those that got SIGKILL. */
  readonly terminated: readonly number[]
  readonly killed: readonly number[]
}

const number = '(\\d{1,10}|-)'
const runLine = new RegExp(
  `^run ([A-Za-z0-9][A-Za-z0-9._-]{0,62}) (none|starting|running|ended|elsewhere|layout) (\\d{1,9}) ([0-9a-f]{32}|-) ([\\d:.TZ-]{1,30}) ${number} ${number} (stop|-) (file|container|discard|-) ([^ ]{1,1000}) (/.*)$`,
)
const startLine = /^start (started|active|cwd|output|state)$/
const signalLine = /^(TERM|KILL)((?: \d{1,10}\/(?:\d{1,20}|-)\/[\d-]{1,10})*)$/

/** What the script has printed; `null` for anything else, since whatever runs in a container may print there. */
export function parseReply(text: string): Reply | null {
  const runs: Run[] = []
  let start: string | null = null
  const pids: Record<string, number[]> = { TERM: [], KILL: [] }
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.pop() !== 'done') return null
  for (const line of lines) {
    const signal = signalLine.exec(line)
    const run = runLine.exec(line)
    if (run !== null) runs.push(runOf(run))
    else if (signal !== null) pids[signal[1] ?? ''] = pidsOf(signal[2])
    else if (startLine.test(line)) start = line.slice('start '.length)
    else return null
  }
  return { runs, start, terminated: pids['TERM'] ?? [], killed: pids['KILL'] ?? [] }
}

function runOf(match: RegExpExecArray): Run {
  const [
    ,
    id = '',
    state,
    count,
    token,
    at = '',
    pid,
    exit,
    stop,
    output,
    container = '',
    directory = '',
  ] = match
  const startedAt = new Date(at)
  return {
    id,
    state: state as Run['state'],
    number: Number(count),
    token: orNull(token),
    startedAt: Number.isNaN(startedAt.getTime()) ? null : startedAt,
    pid: numberOrNull(pid),
    exitCode: numberOrNull(exit),
    stopped: stop === 'stop',
    output: orNull(output) as BackgroundOutput | null,
    container: parseIdentity(container),
    directory: state === 'none' ? null : directory,
  }
}

function orNull(text = '-'): string | null {
  return text === '-' ? null : text
}

function numberOrNull(text = '-'): number | null {
  return text === '-' ? null : Number(text)
}

/** Each is followed by its start time and its group. */
function pidsOf(list = ''): number[] {
  return [...list.matchAll(/ (\d+)\//g)].map(([, pid]) => Number(pid))
}
