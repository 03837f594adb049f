import type { Exit } from '../../src/index.ts'
import { ConnectionLostError, ExecError, PodwireError, UpgradeError } from '../../src/index.ts'
import type { Expected } from './cell.ts'
import type { Operation } from './operations.ts'

/** What an operation came to. */
export interface Observed {
  readonly outcome: 'exit' | 'error' | 'aborted'
  readonly exitCode: number | null
  readonly verified: boolean
  readonly error: string
  readonly code: string
  readonly closeCode: number | null
  readonly httpStatus: number | null
  readonly stdout: string
  readonly stderr: string
  /** Of an `ExecError`, what it says of the output and the exit code itself. */
  readonly told: { readonly exitCode: number | null; readonly stdout: string } | null
  readonly milliseconds: number
  /** What it left behind, or took more of than it may. */
  readonly problems: readonly string[]
}

type Outcome = Omit<Observed, 'milliseconds' | 'problems'>
type Output = Pick<Observed, 'stdout' | 'stderr'>

const nothing = {
  exitCode: null,
  verified: false,
  error: '',
  code: '',
  closeCode: null,
  httpStatus: null,
  told: null,
}

export function ofExit(
  { exitCode, verified }: Pick<Exit, 'exitCode' | 'verified'>,
  output: Output,
): Outcome {
  return { ...nothing, outcome: 'exit', exitCode, verified, ...output }
}

export function ofError(error: unknown, reason: unknown, output: Output): Outcome {
  if (error === reason) return { ...nothing, outcome: 'aborted', ...output }
  const told =
    error instanceof ExecError ? { exitCode: error.exitCode, stdout: String(error.stdout) } : null
  return {
    ...nothing,
    ...output,
    outcome: 'error',
    told,
    error: error instanceof Error ? error.name : typeof error,
    code: error instanceof PodwireError ? error.code : String(error),
    closeCode: error instanceof ConnectionLostError ? error.closeCode : null,
    httpStatus: error instanceof UpgradeError ? error.httpStatus : null,
  }
}

/** How an observation differs from what was expected; empty when it does not. */
export function differences(
  observed: Observed,
  expected: Expected,
  { verify, stdout, stderr }: Operation & { readonly verify: boolean },
): string[] {
  const isLost = observed.code === 'ERR_CONNECTION_LOST' && observed.closeCode === 1006
  if (expected.orLost === true && isLost) {
    return stdout.startsWith(observed.stdout) ? [...observed.problems] : ['wrong output']
  }
  const found: string[] = [...observed.problems]
  const expect = (what: string, got: unknown, wanted: unknown): void => {
    if (got !== wanted) found.push(`${what} ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`)
  }
  expect('outcome', observed.outcome, expected.outcome)
  if (expected.outcome === 'exit') {
    expect('exit code', observed.exitCode, expected.exitCode)
    expect('verified', observed.verified, verify)
  }
  if (expected.outcome === 'error' || observed.outcome === 'error') {
    const wanted = expected.outcome === 'error' ? expected : { error: '', code: '' }
    expect('class', observed.error, wanted.error)
    expect('code', observed.code, wanted.code)
    if ('closeCode' in wanted) expect('close code', observed.closeCode, wanted.closeCode)
    if ('httpStatus' in wanted) expect('HTTP status', observed.httpStatus, wanted.httpStatus)
    if (observed.told !== null) expect('exit code of the error', observed.told.exitCode, null)
  }
  if (expected.output === 'all') {
    expect('stdout', observed.stdout, stdout)
    expect('stderr', observed.stderr, stderr)
  } else if (expected.output === 'any') {
    if (!stdout.startsWith(observed.stdout))
      expect('stdout', observed.stdout, `a beginning of ${stdout}`)
  } else {
    expect('stdout', observed.stdout, stdout.slice(0, expected.output))
    expect('stderr', observed.stderr, '')
  }
  if (observed.milliseconds > expected.within) {
    found.push(`${Math.round(observed.milliseconds)} ms, not within ${expected.within}`)
  }
  return found
}
